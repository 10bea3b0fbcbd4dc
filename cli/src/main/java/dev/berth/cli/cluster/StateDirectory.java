package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where everything of one cluster on this machine is kept, and the name of each place in it. */
public record StateDirectory(Path root) {
  private static final String DEFAULT = "/var/lib/berth";

  public StateDirectory {
    root = root.toAbsolutePath().normalize();
  }

  public static StateDirectory find(@Nullable Path option, Map<String, String> environment) {
    if (option != null) {
      return new StateDirectory(option);
    }
    String variable = environment.getOrDefault("BERTH_STATE_DIR", "");
    return new StateDirectory(Path.of(variable.isBlank() ? DEFAULT : variable));
  }

  public Path clusterFile() {
    return root.resolve("cluster.json");
  }

  /** Held by the supervisor while it lives. */
  Path lockFile() {
    return root.resolve("lock");
  }

  public Path identity(String name) {
    return root.resolve("identity").resolve(name);
  }

  Path settings(String program) {
    return root.resolve("settings").resolve(program + ".properties");
  }

  Path runDirectory() {
    return root.resolve("run");
  }

  Path logDirectory() {
    return root.resolve("log");
  }

  Path runFile(String program) {
    return runDirectory().resolve(program + ".json");
  }

  Path processFile() {
    return runDirectory().resolve("processes.json");
  }

  Path log(String program) {
    return logDirectory().resolve(program + ".log");
  }

  /** Settings of every node that this cluster ever had here, whether it runs or not. */
  List<Path> nodeSettings() throws IOException {
    Path directory = root.resolve("settings");
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "node-*.properties")) {
        files.forEach(found::add);
      }
    }
    found.sort(null);
    return found;
  }

  /** Others may pass through, as containers must, but not look around. */
  void make() {
    try {
      for (Path part :
          List.of(
              root,
              root.resolve("agents"),
              root.resolve("identity"),
              root.resolve("log"),
              root.resolve("router-1"),
              root.resolve("run"),
              root.resolve("scheduler"),
              root.resolve("settings"))) {
        if (!Files.isDirectory(part)) {
          Files.createDirectories(part);
          Files.setPosixFilePermissions(part, PosixFilePermissions.fromString(mode(part)));
        }
      }
    } catch (IOException failure) {
      throw CommandFailure.host(
          "the state directory " + root + " cannot be made: " + failure.getMessage(),
          "name another with --state-dir");
    }
  }

  private String mode(Path part) {
    return part.equals(root) || part.endsWith("agents") || part.endsWith("run")
        ? "rwx--x--x"
        : "rwx------";
  }
}

package dev.berth.bench.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the processes of instances from the host's side, through /proc alone.
 *
 * <p>An instance's first process is the one that is process 1 of its own pid namespace and has the
 * app and instance in its environment. Needs root. Stateless.
 */
public record InstanceProcesses(String clusterId) {
  private static final Path PROC = Path.of("/proc");

  /** The host's pid of an instance's first process. App as "acme/shop", instance as "web.1". */
  public Optional<Long> first(String app, String instance) {
    return all()
        .filter(pid -> isOfApp(pid, app) && hasEnvironment(pid, "BERTH_INSTANCE=" + instance))
        .filter(InstanceProcesses::isFirstOfItsNamespace)
        .findFirst();
  }

  /** The first processes of all instances of an app, in ascending order. */
  public List<Long> ofApp(String app) {
    return all()
        .filter(pid -> isOfApp(pid, app))
        .filter(InstanceProcesses::isFirstOfItsNamespace)
        .sorted()
        .toList();
  }

  /** Does the process have the environment of an instance of this app? */
  public boolean isOfApp(long pid, String app) {
    String[] names = app.split("/", 2);
    return read(pid, "cgroup").contains("/berth-" + clusterId + "/")
        && hasEnvironment(pid, "BERTH_TENANT=" + names[0], "BERTH_APP=" + names[1]);
  }

  public static Stream<Long> all() {
    try (Stream<Path> entries = Files.list(PROC)) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> name.chars().allMatch(Character::isDigit))
          .map(Long::valueOf)
          .toList()
          .stream();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** The text of a file of /proc/PID, or nothing when the process is gone. */
  public static String read(long pid, String file) {
    try {
      return Files.readString(PROC.resolve(pid + "/" + file), StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }

  private static boolean hasEnvironment(long pid, String... entries) {
    return Arrays.asList(read(pid, "environ").split("\0")).containsAll(List.of(entries));
  }

  private static boolean isFirstOfItsNamespace(long pid) {
    return read(pid, "status")
        .lines()
        .filter(line -> line.startsWith("NSpid:"))
        .map(line -> line.split("\\s+"))
        .anyMatch(numbers -> numbers.length > 2 && numbers[numbers.length - 1].equals("1"));
  }
}

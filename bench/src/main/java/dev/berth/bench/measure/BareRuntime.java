package dev.berth.bench.measure;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The OCI runtime by itself, on a copy of a bundle that an agent made: what a start costs without
 * Berth around it.
 *
 * <p>The copy shares the root file system of the container that runs, and has a cgroup of its own.
 * It works in the agent's mount namespace, where that root is to be seen and crun accepts the
 * cgroups.
 */
final class BareRuntime {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final List<String> program;
  private final Path bundle;

  private BareRuntime(List<String> program, Path bundle) {
    this.program = program;
    this.bundle = bundle;
  }

  /** The runtime's name is as the host says it, e.g. "crun 1.8.1". */
  static BareRuntime onBundleBelow(Path node, Path scratch, String runtimeName) throws IOException {
    Path original;
    try (var files = Files.walk(node)) {
      original =
          files
              .filter(it -> it.getFileName().toString().equals("config.json"))
              .findFirst()
              .orElseThrow(() -> new IOException("no bundle below " + node));
    }
    ObjectNode config = (ObjectNode) MAPPER.readTree(original.toFile());
    ObjectNode root = (ObjectNode) config.get("root");
    Path rootPath = original.resolveSibling(root.get("path").asText()).normalize();
    root.put("path", rootPath.toString());
    ((ObjectNode) config.get("linux")).put("cgroupsPath", "/berth-bench-bare");
    Path bundle = Files.createDirectory(scratch.resolve("bare"));
    MAPPER.writeValue(bundle.resolve("config.json").toFile(), config);
    String runtime = runtimeName.split(" ", 2)[0];
    return new BareRuntime(
        List.of(
            "nsenter",
            "--mount=" + node.resolve("live/pin/mnt"),
            runtime,
            "--root",
            Files.createDirectory(scratch.resolve("bare-state")).toString()),
        bundle);
  }

  void createAndStart(String id) throws IOException, InterruptedException {
    run("create", "--bundle", bundle.toString(), id);
    run("start", id);
  }

  void delete(String id) throws IOException, InterruptedException {
    run("delete", "--force", id);
  }

  private void run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(arguments));
    // Pipes: crun before 1.24 changes the owner of what it is given as standard input and output.
    Process process = new ProcessBuilder(command).start();
    process.getOutputStream().close();
    if (process.waitFor() != 0) {
      String said =
          new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      throw new IOException(command + " failed: " + said);
    }
    process.getInputStream().close();
    process.getErrorStream().close();
  }
}

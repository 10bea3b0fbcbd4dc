package dev.berth.e2e;

import dev.berth.bench.cluster.InstanceProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a cluster could leave behind on a host, as lines of text that can be compared.
 *
 * <p>Leaves out what carries another cluster's six-digit id, so that a test may run beside others.
 */
record HostState(Set<String> lines) {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

  static HostState now() throws IOException, InterruptedException {
    Set<String> lines = new TreeSet<>();
    mounts(lines);
    loopDevices(lines);
    cgroups(lines);
    output(lines, "table", "nft", "list", "tables");
    links(lines);
    namespaces(lines);
    processes(lines);
    return new HostState(lines);
  }

  /**
   * What is there now and was not before, and could be of the cluster with this id.
   *
   * <p>Names of links, tables and cgroups carry the id, so those with another id are foreign; loop
   * devices, mounts and processes of a node are known by its state directory.
   */
  Set<String> since(HostState before, String clusterId, Path stateDirectory) {
    Pattern otherId = Pattern.compile("(bth|berth[-_]|\\bv[a-z]?)(?!" + clusterId + ")[0-9a-f]{6}");
    Pattern otherNode = Pattern.compile("/images/[0-9a-f]{64}|/uppers/upper-|/live[/ ]");
    Set<String> added = new TreeSet<>(lines);
    added.removeAll(before.lines);
    added.removeIf(line ->
        !line.contains(stateDirectory.toString())
            && (otherId.matcher(line).find() || otherNode.matcher(line).find()));
    // Every link of a cluster carries its id, and its pinned namespaces lie in its directory.
    added.removeIf(line ->
        (line.startsWith("link ") && !line.contains(clusterId))
            || line.startsWith("mount /run/netns"));
    added.removeIf(line ->
        line.startsWith("process")
            && !line.contains(stateDirectory.toString())
            && !line.contains(clusterId));
    return added;
  }

  private static void mounts(Set<String> lines) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String[] words = line.split(" ", -1);
      lines.add("mount " + words[4] + " " + words[3]);
    }
  }

  private static void loopDevices(Set<String> lines) throws IOException {
    try (var devices = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
      for (Path device : devices) {
        Path file = device.resolve("loop/backing_file");
        if (Files.exists(file)) {
          lines.add("loop device of " + Files.readString(file).strip());
        }
      }
    }
  }

  private static void cgroups(Set<String> lines) throws IOException {
    Files.walkFileTree(
        CGROUPS,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            lines.add("cgroup " + path);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void links(Set<String> lines) throws IOException {
    try (var links = Files.list(Path.of("/sys/class/net"))) {
      links.forEach(link -> lines.add("link " + link.getFileName()));
    }
  }

  /** A namespace that no process and no mount holds does not exist; mounts are listed already. */
  private static void namespaces(Set<String> lines) {
    InstanceProcesses.all()
        .forEach(pid -> {
          for (String kind : new String[] {"net", "mnt", "pid", "user"}) {
            try {
              Path link = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/" + kind));
              String cgroup = InstanceProcesses.read(pid, "cgroup");
              if (cgroup.contains("/berth-")) {
                lines.add("namespace " + link + " of " + cgroup.lines().findFirst().orElse(""));
              }
            } catch (IOException gone) {
              // The process ended while we looked.
            }
          }
        });
  }

  private static void processes(Set<String> lines) {
    InstanceProcesses.all()
        .forEach(pid -> {
          String command = InstanceProcesses.read(pid, "cmdline").replace('\0', ' ').strip();
          String cgroup = InstanceProcesses.read(pid, "cgroup");
          boolean ours = command.contains("berth") || cgroup.contains("/berth-");
          if (ours && pid != ProcessHandle.current().pid()) {
            lines.add("process " + pid + " " + command + " in " + cgroup.replace('\n', ' '));
          }
        });
  }

  private static void output(Set<String> lines, String kind, String... command)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new UncheckedIOException(new IOException(String.join(" ", command) + " failed"));
    }
    text.lines().forEach(line -> lines.add(kind + " " + line));
  }
}

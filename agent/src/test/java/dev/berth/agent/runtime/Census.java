package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.linux.MountTable;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.network.NetworkNames;
import dev.berth.agent.network.NodeNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What one node has of the kernel and the disk at a moment, counted by kind. */
final class Census {
  private static final List<String> PASSING =
      List.of("program-", "ForkJoinPool", "C1 Comp", "C2 Comp", "VirtualThread", "process reaper");

  private final HostSettings settings;
  private final NetworkNames names;
  private final Programs programs;

  Census(HostSettings settings, Programs programs) {
    this.settings = settings;
    this.names = new NetworkNames(settings.clusterId(), settings.nodeNumber());
    this.programs = programs;
  }

  Map<String, Long> take() throws IOException {
    Map<String, Long> counts = new TreeMap<>();
    String state = settings.stateDirectory() + "/";
    counts.put(
        "mounts elsewhere",
        MountTable.ofThisProcess().stream().filter(mount -> isNobodyElses(mount.target())).count());
    counts.put(
        "mounts of the node",
        MountTable.ofThisProcess().stream()
            .filter(mount -> mount.target().startsWith(settings.stateDirectory()))
            .count());
    counts.put("loop devices", loops(state));
    counts.put("cgroups", cgroups());
    counts.put("links", links());
    counts.put("neighbours", output(NodeNetwork.IP, "neigh", "show", "dev", names.bridge()));
    counts.put("fixed ports", output("/usr/sbin/bridge", "fdb", "show", "br", names.bridge()));
    counts.put("rules", output(NodeNetwork.NFT, "list", "table", "inet", names.table()));
    counts.put("frame rules", output(NodeNetwork.NFT, "list", "table", "bridge", names.table()));
    counts.put("processes", processes(state));
    counts.put("namespaces of this process's children", childNamespaces());
    counts.put("places", entries(settings.stateDirectory().resolve("placements")));
    counts.put("files", files());
    openFiles(counts);
    counts.put("threads", threads());
    counts.put("keys", keys());
    return counts;
  }

  private long output(String... command) throws IOException {
    return programs.need(List.of(command)).lines().count();
  }

  /** By what they lead to. */
  private static void openFiles(Map<String, Long> counts) throws IOException {
    try (var all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : all) {
        String kind = link(file).replaceAll("\\d+", "N");
        counts.merge("open " + kind, kind.isEmpty() ? 0L : 1L, Long::sum);
      }
    }
  }

  /** Without those that the JVM, or the pool that runs programs, keeps while it likes to. */
  private static long threads() throws IOException {
    long count = 0;
    try (var all = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : all) {
        String name = text(thread.resolve("comm"));
        count += PASSING.stream().noneMatch(name::startsWith) ? 1 : 0;
      }
    }
    return count;
  }

  /** Other runs on this host mount below the temporary directory, and pin namespaces. */
  private static boolean isNobodyElses(Path target) {
    return !target.startsWith(System.getProperty("java.io.tmpdir"))
        && !target.startsWith("/run/netns");
  }

  private static long entries(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.count();
    }
  }

  private static long loops(String state) throws IOException {
    long count = 0;
    try (var loops = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
      for (Path loop : loops) {
        count += text(loop.resolve("loop/backing_file")).startsWith(state) ? 1 : 0;
      }
    }
    return count;
  }

  private long cgroups() throws IOException {
    long count = 0;
    for (Path directory : Cgroups.ofThisHost().directories("/berth-" + settings.clusterId())) {
      count += Files.isDirectory(directory) ? below(directory, true) : 0;
    }
    return count;
  }

  private long files() throws IOException {
    return below(settings.stateDirectory(), false);
  }

  private static long below(Path directory, boolean directories) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> !directories || Files.isDirectory(path)).count();
    } catch (UncheckedIOException goneMeanwhile) {
      return -1;
    }
  }

  private long links() throws IOException {
    long count = 0;
    try (var links =
        Files.newDirectoryStream(Path.of("/sys/class/net"), names.linkPrefix() + "*")) {
      for (Path _ : links) {
        count++;
      }
    }
    return count;
  }

  /** Of shims, runtimes and whatever else names the node's files. */
  private static long processes(String state) throws IOException {
    long count = 0;
    try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        count += text(process.resolve("cmdline")).contains(state) ? 1 : 0;
      }
    }
    return count;
  }

  /** What is held open for id maps; others' processes come and go. */
  private static long childNamespaces() {
    String own = link(Path.of("/proc/self/ns/user"));
    return ProcessHandle.current()
        .children()
        .map(child -> link(Path.of("/proc/" + child.pid() + "/ns/user")))
        .filter(namespace -> !namespace.isEmpty() && !namespace.equals(own))
        .distinct()
        .count();
  }

  private static String link(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException e) {
      return ""; // it ended
    }
  }

  /** Users of keys in this node's id ranges. */
  private long keys() throws IOException {
    var subnet = dev.berth.agent.network.Subnet.of(settings.subnet());
    long first = (long) subnet.rangeNumber(1) << 16;
    long last = (long) (subnet.rangeNumber(subnet.places()) + 1) << 16;
    long count = 0;
    for (String line : Files.readAllLines(Path.of("/proc/key-users"))) {
      long user = Long.parseLong(line.substring(0, line.indexOf(':')).strip());
      count += user >= first && user < last ? 1 : 0;
    }
    return count;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}

package dev.berth.agent.sweep;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.linux.MountTable;
import dev.berth.agent.linux.NativeSyscalls;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.linux.Syscalls;
import dev.berth.agent.network.Forwarding;
import dev.berth.agent.network.NetworkNames;
import dev.berth.agent.network.NodeNetwork;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.runtime.Limiting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves nothing of a node behind on its host.
 *
 * <p>Works when everything is half made and may be repeated. The node's agent must not run. Images
 * stay in the state directory as files.
 */
public final class Sweep {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
  private static final List<String> SHIMS = List.of("conmon", "crun", "runc");
  private static final int TURNS = 2_500;
  private static final long TURN_NANOS = 2_000_000;

  private final StateLayout layout;
  private final NetworkNames names;
  private final String cgroup;
  private final String parentCgroup;
  private final Syscalls syscalls = new NativeSyscalls();
  private final Programs programs;
  private final List<String> left = new ArrayList<>();

  private interface Step {
    void run() throws IOException;
  }

  private Sweep(HostSettings settings, Programs programs) {
    this.layout = new StateLayout(settings.stateDirectory());
    this.names = new NetworkNames(settings.clusterId(), settings.nodeNumber());
    this.parentCgroup = "/berth-" + settings.clusterId();
    this.cgroup = parentCgroup + "/node-" + settings.nodeNumber();
    this.programs = programs;
  }

  /** Returns what could not be removed, in plain words; empty when the host is clean. */
  public static List<String> run(HostSettings settings) {
    try (var programs = new Programs()) {
      var sweep = new Sweep(settings, programs);
      sweep.attempt("end the containers", sweep::endContainers);
      sweep.attempt("remove the network", sweep::removeNetwork);
      sweep.attempt("free the devices", sweep::freeDevices);
      sweep.attempt("unmount", sweep::unmount);
      sweep.attempt("free the loop devices", sweep::freeLoops);
      sweep.attempt("remove the cgroups", sweep::removeCgroups);
      sweep.attempt("delete what is not kept", sweep::deleteFiles);
      return List.copyOf(sweep.left);
    }
  }

  private void attempt(String what, Step step) {
    try {
      step.run();
    } catch (IOException e) {
      left.add("can't " + what + ": " + e.getMessage());
    }
  }

  private void endContainers() throws IOException {
    var cgroups = Cgroups.ofThisHost();
    for (int turn = 0; turn < TURNS; turn++) {
      List<Long> processes = processes(cgroups);
      List<Long> shims = shims();
      if (processes.isEmpty() && shims.isEmpty()) {
        break;
      }
      // Both in each turn: a container that was being made comes up while its conmon is waited for.
      processes.forEach(this::kill);
      if (turn > TURNS / 5) {
        // A conmon ends by itself once its container has; one that is stuck does not.
        shims.forEach(this::kill);
      }
      LockSupport.parkNanos(TURN_NANOS);
    }
    for (long pid : processes(cgroups)) {
      left.add("process " + pid + " does not die");
    }
  }

  private List<Long> processes(Cgroups cgroups) throws IOException {
    List<Long> all = new ArrayList<>();
    for (Path directory : cgroups.directories(cgroup)) {
      if (!Files.isDirectory(directory)) {
        continue;
      }
      try (var below = Files.walk(directory)) {
        for (Path file : below.filter(p -> p.endsWith("cgroup.procs")).toList()) {
          Files.readAllLines(file).forEach(line -> all.add(Long.parseLong(line)));
        }
      } catch (java.io.UncheckedIOException | IOException e) {
        // a cgroup went away while it was read; the next turn sees the rest
        LockSupport.parkNanos(TURN_NANOS);
      }
    }
    return all;
  }

  /** The conmon and runtime processes of this node, known by their bundle's path. */
  private List<Long> shims() throws IOException {
    List<Long> found = new ArrayList<>();
    String bundles = layout.bundles() + "/";
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        List<String> words = words(process.resolve("cmdline"));
        if (!words.isEmpty()
            && SHIMS.stream().anyMatch(words.getFirst()::endsWith)
            && words.stream().anyMatch(word -> word.startsWith(bundles))) {
          found.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    }
    return found;
  }

  private static List<String> words(Path commandLine) {
    try {
      String text = new String(Files.readAllBytes(commandLine), StandardCharsets.UTF_8);
      return text.isEmpty() ? List.of() : List.of(text.split("\0", -1));
    } catch (IOException e) {
      return List.of(); // it ended
    }
  }

  private void kill(long pid) {
    int process = syscalls.openProcess(pid);
    if (process >= 0) {
      syscalls.signal(process, 9);
      syscalls.close(process);
    }
  }

  private void removeNetwork() throws IOException {
    try (var links =
        Files.newDirectoryStream(Path.of("/sys/class/net"), names.linkPrefix() + "*")) {
      for (Path link : links) {
        programs.run(List.of(NodeNetwork.IP, "link", "del", "dev", "" + link.getFileName()), "");
      }
    }
    Path bridge = Path.of("/sys/class/net", names.bridge());
    if (Files.exists(bridge)) {
      programs.need(List.of(NodeNetwork.IP, "link", "del", "dev", names.bridge()));
    }
    String table = names.table();
    programs.need(
        List.of(NodeNetwork.NFT, "-f", "-"),
        """
        add table inet %1$s
        delete table inet %1$s
        add table bridge %1$s
        delete table bridge %1$s
        """
            .formatted(table));
    new Forwarding().restoreIfLast();
  }

  private void freeDevices() throws IOException {
    if (Files.isDirectory(layout.bundles())) {
      try (var bundles = Files.newDirectoryStream(layout.bundles())) {
        for (Path bundle : bundles) {
          Limiting.freeDevice(Cgroups.ofThisHost(), bundle);
        }
      }
    }
  }

  private void unmount() throws IOException {
    // The innermost first: each must tell the runtime's namespace by itself.
    for (int turn = 0; turn < 10; turn++) {
      List<Path> targets = new ArrayList<>(mounts());
      if (targets.isEmpty()) {
        return;
      }
      Collections.reverse(targets);
      targets.forEach(syscalls::unmountDetached);
    }
    mounts().forEach(target -> left.add(target + " stays mounted"));
  }

  private List<Path> mounts() throws IOException {
    return MountTable.ofThisProcess().stream()
        .map(MountTable.Mount::target)
        .filter(target -> target.startsWith(layout.live()))
        .toList();
  }

  private void freeLoops() throws IOException {
    awaitNoLoops();
    for (String loop : loops()) {
      programs.run(List.of("/usr/sbin/losetup", "--detach", "/dev/" + loop), "");
    }
    awaitNoLoops();
    loops().forEach(loop -> left.add("/dev/" + loop + " stays bound to an image of this node"));
  }

  /** The kernel clears them a moment after their last mount is gone from every namespace. */
  private void awaitNoLoops() throws IOException {
    for (int turn = 0; turn < TURNS && !loops().isEmpty(); turn++) {
      LockSupport.parkNanos(TURN_NANOS);
    }
  }

  private List<String> loops() throws IOException {
    List<String> found = new ArrayList<>();
    try (var loops = Files.newDirectoryStream(Path.of("/sys/block"), "loop*")) {
      for (Path loop : loops) {
        Path file = loop.resolve("loop/backing_file");
        if (text(file).startsWith(layout.root() + "/")) {
          found.add(loop.getFileName().toString());
        }
      }
    }
    return found;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return ""; // not bound, or cleared just now
    }
  }

  private void removeCgroups() throws IOException {
    var cgroups = Cgroups.ofThisHost();
    for (int turn = 0; turn < TURNS && !cgroups.remove(cgroup).isEmpty(); turn++) {
      LockSupport.parkNanos(TURN_NANOS);
    }
    cgroups.remove(cgroup).forEach(directory -> left.add(directory + " stays"));
    for (Path parent : cgroups.directories(parentCgroup)) {
      removeIfEmpty(parent);
    }
  }

  private static void removeIfEmpty(Path directory) {
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.debug("{} stays: another node of the cluster is in there", directory);
    }
  }

  private void deleteFiles() throws IOException {
    for (Path directory :
        List.of(layout.live(), layout.uppers(), layout.placements(), layout.logs())) {
      if (!Files.isDirectory(directory)) {
        continue;
      }
      try (var below = Files.walk(directory)) {
        for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    }
  }
}

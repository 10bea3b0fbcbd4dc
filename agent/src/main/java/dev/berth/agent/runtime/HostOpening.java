package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.image.IdRange;
import dev.berth.agent.image.ImageStore;
import dev.berth.agent.image.RootFileSystems;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.image.UpperLayers;
import dev.berth.agent.linux.NativeSyscalls;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.linux.Syscalls;
import dev.berth.agent.network.NetworkNames;
import dev.berth.agent.network.NodeNetwork;
import dev.berth.agent.network.Subnet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Composes a node's host and finds the OCI runtime that works on it.
 *
 * <p>A runtime works when a throw-away container made with it ended with 0. Leaves containers that
 * run alone.
 */
final class HostOpening {
  private static final Logger LOG = LoggerFactory.getLogger(HostOpening.class);
  private static final List<Path> RUNTIMES =
      List.of(
          Path.of("/usr/bin/crun"),
          Path.of("/usr/sbin/runc"),
          Path.of("/usr/bin/runc"),
          Path.of("/usr/local/bin/crun"),
          Path.of("/usr/local/bin/runc"));
  private static final Path CONMON = Path.of("/usr/bin/conmon");
  private static final List<String> NEEDED =
      List.of(
          CONMON.toString(),
          "/usr/bin/nsenter",
          "/usr/bin/unshare",
          "/usr/bin/perl",
          "/usr/bin/mksquashfs",
          NodeNetwork.IP,
          NodeNetwork.NFT,
          NodeNetwork.TC,
          "/usr/sbin/mkfs.ext4",
          SeccompProfile.MAINTAINED.toString());
  private static final int PROBE_RANGE = 65_534;

  private HostOpening() {}

  static HostParts open(HostSettings settings, BlobSource blobs) throws IOException {
    needed();
    var layout = new StateLayout(settings.stateDirectory());
    Syscalls syscalls = new NativeSyscalls();
    var programs = new Programs();
    layout.make(syscalls, settings.defences().has(Defence.CLOSED_DIRECTORIES));
    Cgroups cgroups = Cgroups.ofThisHost();
    var namespace = namespace(settings.defences(), layout, syscalls, programs);
    namespace.open(layout, cgroups.privateHierarchies());
    var subnet = Subnet.of(settings.subnet());
    var network = network(settings, subnet, programs, new Ledger(layout.placements()));
    Consumer<String> warmed = device -> Limiting.warm(cgroups, device);
    var uppers = new UpperLayers(layout, syscalls, programs, warmed);
    var images =
        new ImageStore(
            layout, syscalls, blobs::fetch, settings.defences().has(Defence.IMAGE_DIGESTS));
    var roots =
        new RootFileSystems(layout, syscalls, programs, uppers, strictness(settings.defences()));
    String bootId = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    Map<String, Object> seccomp = SeccompProfile.load(SeccompProfile.MAINTAINED);
    var copies =
        new RuntimePrograms(layout, syscalls, settings.defences().has(Defence.OWN_RUNTIME));
    List<String> failures = new ArrayList<>();
    for (Path program : RUNTIMES.stream().filter(Files::isExecutable).toList()) {
      List<Path> own = copies.of(List.of(program, CONMON));
      var runtime = runtime(own, settings.defences(), layout, namespace, programs);
      var common = common(runtime.name(), seccomp, settings.defences());
      var parts =
          new HostParts(
              settings,
              layout,
              syscalls,
              programs,
              cgroups,
              subnet,
              network,
              images,
              roots,
              runtime,
              common,
              version(programs, program),
              bootId);
      try {
        probe(parts);
        return parts;
      } catch (IOException | HostException e) {
        LOG.warn("{} does not work here: {}", program, e.getMessage());
        failures.add(program + ": " + e.getMessage());
      }
    }
    throw new IOException(
        "no OCI runtime works; install crun or runc: " + String.join("; ", failures));
  }

  private static PrivateNamespace namespace(
      Defences defences, StateLayout layout, Syscalls syscalls, Programs programs) {
    return new PrivateNamespace(layout, syscalls, programs, defences.has(Defence.OWN_DEVICES));
  }

  /** Of the runtime and conmon. */
  private static OciRuntime runtime(
      List<Path> own,
      Defences defences,
      StateLayout layout,
      PrivateNamespace namespace,
      Programs programs) {
    String name = own.getFirst().getFileName().toString();
    return new OciRuntime(
        name, own.getFirst(), own.getLast(), defences, layout, namespace, programs);
  }

  private static Bundle.Common common(
      String runtime, Map<String, Object> seccomp, Defences defences) throws IOException {
    boolean switches = runtime.equals("crun"); // runc writes them after /proc is read-only
    return new Bundle.Common(seccomp, ProcessLimits.ofThisProcess(), cpus(), switches, defences);
  }

  private static NodeNetwork network(
      HostSettings settings, Subnet subnet, Programs programs, Ledger ledger) throws IOException {
    var names = new NetworkNames(settings.clusterId(), settings.nodeNumber());
    var network =
        new NodeNetwork(
            names, subnet, programs, settings.defences(), settings.forbidden(), settings.routers());
    network.setUp(ledger.passages());
    return network;
  }

  private static RootFileSystems.Strictness strictness(Defences defences) {
    return new RootFileSystems.Strictness(
        defences.has(Defence.PLAIN_OVERLAY),
        defences.has(Defence.IMAGE_SHAPES),
        defences.has(Defence.NO_SET_USER_ID),
        defences.has(Defence.NO_DEVICES));
  }

  private static void needed() throws IOException {
    var missing = NEEDED.stream().filter(file -> !Files.exists(Path.of(file))).toList();
    if (!missing.isEmpty()) {
      throw new IOException("these are not installed: " + String.join(", ", missing));
    }
  }

  /** Runs the host's own true in a container whose root holds nothing but the host's /usr. */
  private static void probe(HostParts parts) throws IOException, HostException {
    String name = "probe-" + ProcessHandle.current().pid();
    Path root = parts.layout().rootMount(name);
    StateLayout.directory(root, "rwxr-xr-x");
    for (String directory : List.of("usr", "app", "proc", "dev", "sys")) {
      StateLayout.directory(root.resolve(directory), "rwxr-xr-x");
    }
    for (String link : List.of("bin", "lib", "lib64")) {
      if (!Files.exists(root.resolve(link), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        Files.createSymbolicLink(root.resolve(link), Path.of("usr/" + link));
      }
    }
    var bundle =
        new Bundle(
            StateLayout.WINDOW.resolve(name),
            List.of("/usr/bin/true"),
            Map.of("PATH", "/usr/bin"),
            new IdRange((long) IdRange.SIZE * PROBE_RANGE),
            new Limits(64, 100, 500, 64, 8, 256),
            parts.cgroup(name),
            "probe",
            List.of(
                // With what is mounted below: it cannot be left out in a user namespace.
                ContainerMounts.bind(
                    "/usr", Path.of("/usr"), List.of("rbind", "ro", "nosuid", "nodev"))));
    try {
      bundle.write(parts.layout().bundle(name), parts.common());
      long pid = parts.runtime().create(name, Removal.log(parts.layout(), name));
      parts.runtime().start(name);
      awaitEnd(parts, name, pid);
    } finally {
      Removal.deleteTree(root); // here only empty directories; /usr is bound inside alone
      new Removal(parts).remove(name, 0);
    }
  }

  private static void awaitEnd(HostParts parts, String name, long pid) throws IOException {
    Path exit = parts.layout().exits().resolve(name);
    for (int turn = 0; turn < 5_000 && !Files.exists(exit); turn++) {
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
    String code = Files.exists(exit) ? Files.readString(exit).strip() : "nothing in 5 s";
    if (!code.equals("0")) {
      throw new IOException("a container with /usr/bin/true (pid " + pid + ") gave " + code);
    }
  }

  private static String version(Programs programs, Path program) throws IOException {
    String line =
        programs.need(List.of(program.toString(), "--version")).lines().findFirst().orElse("");
    return line.replace(" version", "");
  }

  private static int cpus() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** What the machine has, less an eighth (at least 512 MiB of memory) for the host itself. */
  static Capacity measured(Path state) throws IOException {
    long memoryMib = 1024;
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith("MemTotal:")) {
        memoryMib = Long.parseLong(line.split("\\s+", -1)[1]) / 1024;
      }
    }
    // Not readString: it begins with one byte, and a number below /proc/sys is read whole or not at
    // all.
    long most =
        Long.parseLong(Files.readAllLines(Path.of("/proc/sys/kernel/pid_max")).getFirst().strip());
    long diskMib = Files.getFileStore(state).getUsableSpace() >> 20;
    return new Capacity(
        memoryMib - Math.max(512, memoryMib / 8),
        cpus() * 1000L,
        Math.max(1024, most * 7 / 8),
        diskMib * 7 / 8);
  }
}

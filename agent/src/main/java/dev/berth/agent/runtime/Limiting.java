package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.cgroup.Extras;
import dev.berth.agent.cgroup.Extras.DiskRate;
import dev.berth.agent.cgroup.Setting;
import dev.berth.agent.network.NodeNetwork;
import dev.berth.turn.CpuTurn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the limits that the OCI runtime is not asked for, and reads all of them back.
 *
 * <p>Between create and start, so that the tenant's program never runs without one. Thread-safe.
 */
public record Limiting(Cgroups cgroups, Disk disk, Defences defences) {
  private static final Logger LOG = LoggerFactory.getLogger(Limiting.class);
  private static final int UNLIMITED_DISK_MIB = 1024;
  private static final long BYTES_A_MBIT = 125_000;
  private static final int SHIM_MILLIS = 20;

  /** Conmon writes some 100 KiB in a thousandth of a cpu second, where the lines are short. */
  private static final int KIB_A_MILLI = 100;

  private static final String DEVICE = "upper-device";
  private static final String UNHELD = "shim-cpu-millis";

  /** The size of the instance's private upper layer. */
  int diskMib(Limits limits) {
    return defences.has(Defence.DISK_LIMIT) ? limits.diskMib() : UNLIMITED_DISK_MIB;
  }

  /** In each direction; 0 for no limit. */
  long networkBytesPerSecond(Limits limits) {
    return defences.has(Defence.NETWORK_RATE) ? limits.rates().networkMbits() * BYTES_A_MBIT : 0;
  }

  /** Bounds what reaches the instance's own device; remembered in the bundle for the removal. */
  void boundDevice(Path bundle, String device, Limits limits) throws IOException {
    if (defences.has(Defence.DISK_RATE)) {
      Files.writeString(bundle.resolve(DEVICE), device);
      for (Setting setting : cgroups.wholeDevice(device, bytesPerSecond(limits))) {
        setting.write();
      }
      new DirtyLimit(device).set(DirtyLimit.bytes(limits.memoryMib()));
    }
  }

  /**
   * Takes the bound of the instance's device away: what still waits to be written goes at once when
   * it is unmounted, and the device's next user is not bound by it.
   */
  public static void freeDevice(Cgroups cgroups, Path bundle) throws IOException {
    Path file = bundle.resolve(DEVICE);
    if (Files.exists(file)) {
      warm(cgroups, Files.readString(file));
      Files.delete(file);
    }
  }

  /** The kernel's first rule for a device takes it 25 ms; so it has none from early on. */
  static void warm(Cgroups cgroups, String device) {
    try {
      for (Setting setting : cgroups.wholeDevice(device, -1)) {
        setting.write();
      }
      new DirtyLimit(device).lift();
    } catch (IOException gone) {
      LOG.debug("device {} has no rate to take away", device, gone);
    }
  }

  /** How much cpu the shim may have, remembered in the bundle until it is held to it. */
  void orderShim(Path bundle, Rates rates) throws IOException {
    if (defences.has(Defence.LOG_RATE)) {
      int millis = SHIM_MILLIS + rates.logKibPerSecond() / KIB_A_MILLI;
      Files.writeString(bundle.resolve(UNHELD), "" + millis);
    }
  }

  /**
   * Gives the process that takes down an instance's output a cgroup of its own, with little cpu: a
   * flood fills the pipe then, and the instance waits. Once.
   */
  void holdShim(Path bundle, String cgroup, long pid) throws IOException {
    Path ordered = bundle.resolve(UNHELD);
    if (Files.exists(ordered)) {
      cgroups.hold(shim(cgroup), pid, Integer.parseInt(Files.readString(ordered)));
      Files.delete(ordered);
    }
  }

  static String shim(String cgroup) {
    return cgroup + ".shim";
  }

  void apply(Bundle bundle, Bundle.Common common, String upper) throws IOException {
    for (Setting setting : settings(bundle, common, upper, defences)) {
      setting.write();
    }
  }

  /**
   * Gives a process that has not begun yet, and so all that come from it, the shortest turns: then
   * neither who is quiet nor who is busy waits long for a neighbour's turn to end. A tenant may
   * choose longer ones later, which hold nobody else up. Returns what the kernel has instead.
   */
  List<String> shortenTurns(long pid) {
    CpuTurn.shorten(pid);
    long nanos = CpuTurn.nanos(pid);
    List<String> found = new ArrayList<>();
    limit(
        "turn on a cpu, ns",
        nanos == 0 ? CpuTurn.SHORTEST_NANOS : nanos,
        CpuTurn.SHORTEST_NANOS,
        found);
    return found;
  }

  private List<Setting> settings(
      Bundle bundle, Bundle.Common common, String upper, Defences defences) {
    Limits limits = bundle.limits();
    List<DiskRate> rates = new ArrayList<>();
    if (defences.has(Defence.DISK_RATE)) {
      disk.device().ifPresent(device -> rates.add(new DiskRate(device, bytesPerSecond(limits))));
      rates.add(new DiskRate(upper, bytesPerSecond(limits)));
    }
    var extras =
        new Extras(
            limits.cpuWeight(),
            defences.has(Defence.CPU_LIMIT) ? bundle.quotaMicros(common) : 0,
            rates,
            disk.weighs() ? limits.rates().ioWeight() : 0,
            defences.has(Defence.MEMORY_LIMIT) ? bundle.memoryBytes() : 0);
    return cgroups.settings(bundle.cgroup(), extras);
  }

  private static long bytesPerSecond(Limits limits) {
    return limits.rates().ioMibPerSecond() * 1024L * 1024;
  }

  /**
   * Every limit that the kernel does not have as asked for, in plain words. A process that has
   * ended meanwhile is no difference.
   */
  List<String> differences(
      long pid, Bundle bundle, Bundle.Common common, String upper, NodeNetwork.Held network)
      throws IOException {
    var process = new ProcessView(pid);
    List<String> found = new ArrayList<>();
    try {
      compare(process, bundle, common, found);
      long rate = bundle.limits().rates().networkMbits() * BYTES_A_MBIT;
      limit("network to it, bytes/s", network.to(), rate, found);
      limit("network from it, bytes/s", network.from(), rate, found);
      limit("disk, MiB", mebibytes(upper), bundle.limits().diskMib(), found);
      List<Setting> all = new ArrayList<>(settings(bundle, common, upper, Defences.all()));
      all.addAll(cgroups.wholeDevice(upper, bytesPerSecond(bundle.limits())));
      for (Setting setting : all) {
        setting.difference().ifPresent(found::add);
      }
      long unwritten = DirtyLimit.bytes(bundle.limits().memoryMib());
      new DirtyLimit(upper).difference(unwritten).ifPresent(found::add);
    } catch (IOException e) {
      if (process.startTicks() >= 0) {
        throw e;
      }
    }
    return process.startTicks() < 0 ? List.of() : found;
  }

  private void compare(ProcessView process, Bundle bundle, Bundle.Common common, List<String> found)
      throws IOException {
    var set = cgroups.limits(bundle.cgroup());
    limit("memory", set.memoryBytes(), bundle.memoryBytes(), found);
    if (set.memoryAndSwapBytes() != Cgroups.NOT_COUNTED) {
      limit("memory and swap", set.memoryAndSwapBytes(), bundle.memoryBytes(), found);
    }
    limit("pids", set.pids(), bundle.limits().pids(), found);
    limit("cpu millis", set.cpuMillis(), bundle.cpuMillis(common), found);
    var hard = ProcessLimits.hard(process.directory().resolve("limits"));
    for (var wanted : common.processLimits().of(bundle.limits())) {
      limit(
          wanted.name(),
          hard.getOrDefault(wanted.name(), ProcessLimits.NONE),
          wanted.value(),
          found);
    }
  }

  private static long mebibytes(String device) throws IOException {
    Path size = Path.of("/sys/dev/block", device, "size");
    return Long.parseLong(Files.readAllLines(size).getFirst()) * 512 / 1024 / 1024;
  }

  private static void limit(String what, long set, long wanted, List<String> found) {
    if (set != wanted) {
      found.add("the limit of " + what + " is " + set + ", not " + wanted);
    }
  }
}

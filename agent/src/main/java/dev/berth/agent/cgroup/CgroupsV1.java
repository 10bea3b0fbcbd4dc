package dev.berth.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cgroups of a v1 or hybrid host: one tree for each controller. Thread-safe. */
record CgroupsV1(V1Hierarchies hierarchies) implements Cgroups {
  /** The kernel kills for want of so many bytes at most; for more, an allocation fails. */
  private static final long LARGEST_CHARGE = 32 * 1024;

  private static final long NO_LIMIT = Long.MAX_VALUE / 4096 * 4096;

  private Path file(String controller, String path, String name) {
    Path root = hierarchies.find(controller).orElse(Path.of("/nonexistent"));
    return root.resolve(path.substring(1)).resolve(name);
  }

  @Override
  public Set limits(String path) throws IOException {
    Path swap = file("memory", path, "memory.memsw.limit_in_bytes");
    long quota = KernelFile.number(file("cpu", path, "cpu.cfs_quota_us"));
    long period = KernelFile.number(file("cpu", path, "cpu.cfs_period_us"));
    return new Set(
        memory(KernelFile.number(file("memory", path, "memory.limit_in_bytes"))),
        Files.exists(swap) ? memory(KernelFile.number(swap)) : NOT_COUNTED,
        quota <= 0 ? -1 : quota * 1000 / period,
        KernelFile.number(file("pids", path, "pids.max")));
  }

  @Override
  public List<Setting> settings(String path, Extras extras) {
    List<Setting> settings = new ArrayList<>();
    settings.add(
        Setting.number(
            "cpu weight", file("cpu", path, "cpu.shares"), Extras.shares(extras.cpuWeight())));
    Path burst = file("cpu", path, "cpu.cfs_burst_us");
    if (Files.exists(burst)) {
      settings.add(Setting.number("cpu burst", burst, extras.burstMicros()));
    }
    for (var disk : extras.disks()) {
      for (String kind : List.of("read", "write")) {
        Setting rate = rate(path, kind, disk.device(), disk.bytesPerSecond());
        if (Files.exists(rate.file())) {
          settings.add(rate);
        }
      }
    }
    Path weight = file("blkio", path, "blkio.bfq.weight");
    if (extras.ioWeight() > 0 && Files.exists(weight)) {
      settings.add(Setting.number("io weight", weight, extras.ioWeight()));
    }
    settings.addAll(
        KernelFile.hugePages(
            file("hugetlb", path, ""), ".limit_in_bytes", hierarchies.has("hugetlb")));
    return settings;
  }

  /**
   * Version 1 charges buffered writes to no cgroup when they reach the device, but to the root one.
   * There a rule for a device of one instance bounds just them.
   */
  @Override
  public List<Setting> wholeDevice(String device, long bytesPerSecond) {
    Setting rate = rate("/", "write", device, Math.max(bytesPerSecond, 0));
    return Files.exists(rate.file()) ? List.of(rate) : List.of();
  }

  /** Rates of the instance's own device, which go by {@link #wholeDevice}, are what counts here. */
  @Override
  public void freeDisks(String path) {}

  @Override
  public void hold(String path, long pid, int cpuMillis) throws IOException {
    Files.createDirectories(file("cpu", path, "cgroup.procs").getParent());
    Setting.number("cpu", file("cpu", path, "cpu.cfs_quota_us"), cpuMillis * 100L).write();
    Setting.number("cgroup", file("cpu", path, "cgroup.procs"), pid).write();
  }

  private Setting rate(String path, String kind, String device, long bytesPerSecond) {
    String line = device + " " + bytesPerSecond;
    Path file = file("blkio", path, "blkio.throttle." + kind + "_bps_device");
    return new Setting("disk " + kind + " rate", file, line, line);
  }

  private static long memory(long bytes) {
    return bytes >= NO_LIMIT ? -1 : bytes;
  }

  @Override
  public Counters counters(String path) {
    Path memory = file("memory", path, "memory.stat");
    return new Counters(
        KernelFile.numberOrZero(file("cpuacct", path, "cpuacct.usage")) / 1000,
        KernelFile.keyed(file("cpu", path, "cpu.stat"), "throttled_time") / 1000,
        KernelFile.keyed(memory, "rss"),
        KernelFile.keyed(memory, "shmem"),
        KernelFile.keyed(memory, "active_file"),
        KernelFile.keyed(memory, "inactive_file"),
        KernelFile.numberOrZero(file("memory", path, "memory.kmem.usage_in_bytes")),
        KernelFile.numberOrZero(file("pids", path, "pids.current")),
        oomKills(path),
        KernelFile.keyed(file("pids", path, "pids.events"), "max"));
  }

  @Override
  public long oomKills(String path) {
    return KernelFile.keyed(file("memory", path, "memory.oom_control"), "oom_kill");
  }

  /** By the most that was ever used: some kernels no longer count in memory.failcnt. */
  @Override
  public boolean reachedMemoryLimit(String path) {
    long limit = KernelFile.numberOrZero(file("memory", path, "memory.limit_in_bytes"));
    long most = KernelFile.numberOrZero(file("memory", path, "memory.max_usage_in_bytes"));
    return most + LARGEST_CHARGE > limit;
  }

  @Override
  public boolean killsWholeGroup(String path) {
    return false;
  }

  @Override
  public List<Long> processes(String path) {
    try {
      return Files.readAllLines(file("pids", path, "cgroup.procs")).stream()
          .map(Long::parseLong)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Override
  public List<Path> directories(String path) {
    return hierarchies.hierarchies().stream()
        .map(hierarchy -> hierarchy.directory().resolve(path.substring(1)))
        .toList();
  }

  @Override
  public List<V1Hierarchies.Hierarchy> privateHierarchies() {
    return hierarchies.hierarchies();
  }

  /** Where the kernel shares real-time out by cgroup, all of it is the root's. */
  @Override
  public Optional<Path> realTimeThreads() {
    return hierarchies
        .find("cpu")
        .filter(root -> Files.exists(root.resolve("cpu.rt_runtime_us")))
        .map(root -> root.resolve("tasks"));
  }
}

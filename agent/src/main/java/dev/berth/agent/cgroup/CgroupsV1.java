package dev.berth.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Cgroups of a v1 or hybrid host: one tree for each controller. Thread-safe. */
record CgroupsV1(V1Hierarchies hierarchies) implements Cgroups {
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
        Files.exists(swap) ? memory(KernelFile.number(swap)) : -1,
        quota <= 0 ? -1 : quota * 1000 / period,
        KernelFile.number(file("pids", path, "pids.max")));
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
        KernelFile.keyed(file("memory", path, "memory.oom_control"), "oom_kill"),
        KernelFile.keyed(file("pids", path, "pids.events"), "max"));
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
}

package dev.berth.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Cgroups of a pure v2 host: one tree. Thread-safe. */
record CgroupsV2(Path root) implements Cgroups {
  /** Of the memory, but no more than the second: the last of it, which is given slowly. */
  private static final int SLOW_PART = 16;

  private static final long MOST_SLOW_BYTES = 32L << 20;
  private static final long PAGE = 4096;

  private Path file(String path, String name) {
    return root.resolve(path.substring(1)).resolve(name);
  }

  @Override
  public Set limits(String path) throws IOException {
    long memory = KernelFile.number(file(path, "memory.max"));
    Path swapFile = file(path, "memory.swap.max");
    long swap = Files.exists(swapFile) ? KernelFile.number(swapFile) : NOT_COUNTED;
    String[] cpu = Files.readString(file(path, "cpu.max")).strip().split(" ", 2);
    return new Set(
        memory,
        swap == NOT_COUNTED || (memory >= 0 && swap < 0) ? swap : Math.addExact(memory, swap),
        cpu[0].equals("max") ? -1 : Long.parseLong(cpu[0]) * 1000 / Long.parseLong(cpu[1]),
        KernelFile.number(file(path, "pids.max")));
  }

  @Override
  public List<Setting> settings(String path, Extras extras) {
    List<Setting> settings = new ArrayList<>();
    settings.add(Setting.number("cpu weight", file(path, "cpu.weight"), extras.cpuWeight()));
    Path burst = file(path, "cpu.max.burst");
    if (Files.exists(burst)) {
      settings.add(Setting.number("cpu burst", burst, extras.burstMicros()));
    }
    Path high = file(path, "memory.high");
    if (extras.memoryBytes() > 0 && Files.exists(high)) {
      settings.add(Setting.number("memory before it slows down", high, high(extras)));
    }
    Path group = file(path, "memory.oom.group");
    if (Files.exists(group)) {
      settings.add(Setting.number("out of memory as a group", group, 1));
    }
    if (Files.exists(file(path, "io.max"))) {
      extras.disks().forEach(disk -> settings.add(rate(path, disk)));
    }
    for (String name : List.of("io.weight", "io.bfq.weight")) {
      Path weight = file(path, name);
      if (extras.ioWeight() > 0 && Files.exists(weight)) {
        String line = "default " + extras.ioWeight();
        settings.add(new Setting("io weight", weight, line, line));
      }
    }
    settings.addAll(KernelFile.hugePages(file(path, ""), ".max", true));
    return settings;
  }

  /**
   * Who writes faster than the disk waits from here on. At the hard limit there would be nothing to
   * wait for: the kernel counts what is yet to be written too seldom to hold a small cgroup back,
   * finds no page that it can take, and kills.
   */
  private static long high(Extras extras) {
    long slow = Math.min(extras.memoryBytes() / SLOW_PART, MOST_SLOW_BYTES);
    return (extras.memoryBytes() - slow) / PAGE * PAGE;
  }

  @Override
  public void freeDisks(String path) throws IOException {
    Path file = file(path, "io.max");
    if (!Files.exists(file)) {
      return;
    }
    for (String line : Files.readAllLines(file)) {
      String all = line.split(" ", 2)[0] + " rbps=max wbps=max";
      new Setting("disk rate", file, all, all).write();
    }
  }

  @Override
  public void hold(String path, long pid, int cpuMillis) throws IOException {
    Files.createDirectories(file(path, "cgroup.procs").getParent());
    String quota = cpuMillis * 100 + " 100000";
    new Setting("cpu", file(path, "cpu.max"), quota, quota).write();
    Setting.number("cgroup", file(path, "cgroup.procs"), pid).write();
  }

  private Setting rate(String path, Extras.DiskRate disk) {
    String rates = "%s rbps=%2$d wbps=%2$d".formatted(disk.device(), disk.bytesPerSecond());
    return new Setting("disk rate", file(path, "io.max"), rates, rates + " riops=max wiops=max");
  }

  /** Version 2 charges buffered writes to who made them. */
  @Override
  public List<Setting> wholeDevice(String device, long bytesPerSecond) {
    return List.of();
  }

  @Override
  public Counters counters(String path) {
    Path memory = file(path, "memory.stat");
    Path cpu = file(path, "cpu.stat");
    return new Counters(
        KernelFile.keyed(cpu, "usage_usec"),
        KernelFile.keyed(cpu, "throttled_usec"),
        KernelFile.keyed(memory, "anon"),
        KernelFile.keyed(memory, "shmem"),
        KernelFile.keyed(memory, "active_file"),
        KernelFile.keyed(memory, "inactive_file"),
        KernelFile.keyed(memory, "kernel"),
        KernelFile.numberOrZero(file(path, "pids.current")),
        oomKills(path),
        KernelFile.keyed(file(path, "pids.events"), "max"));
  }

  @Override
  public long oomKills(String path) {
    return KernelFile.keyed(file(path, "memory.events"), "oom_kill");
  }

  @Override
  public boolean reachedMemoryLimit(String path) {
    return KernelFile.keyed(file(path, "memory.events.local"), "oom") > 0;
  }

  @Override
  public boolean killsWholeGroup(String path) {
    return KernelFile.keyed(file(path, "memory.events"), "oom_group_kill") > 0;
  }

  @Override
  public List<Long> processes(String path) {
    try {
      return Files.readAllLines(file(path, "cgroup.procs")).stream().map(Long::parseLong).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Override
  public List<Path> directories(String path) {
    return List.of(root.resolve(path.substring(1)));
  }

  @Override
  public List<V1Hierarchies.Hierarchy> privateHierarchies() {
    return List.of();
  }

  @Override
  public Optional<Path> realTimeThreads() {
    return Optional.empty();
  }
}

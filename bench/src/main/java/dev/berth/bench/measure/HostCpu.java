package dev.berth.bench.measure;

import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.bench.cluster.ThrowawayCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Who uses the cpus of this host: Berth's processes, the shims of its instances, the kernel's own
 * threads, interrupts. Two looks give shares. Immutable.
 */
record HostCpu(long atNanos, Map<String, Long> ticks) {
  private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux we run on
  private static final List<String> PROGRAMS = List.of("scheduler", "router-1", "node-1");
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;
  private static final int PARENT = 1;

  static HostCpu look(ThrowawayCluster cluster, LongSupplier nanoTime) {
    Map<String, Long> ticks = new LinkedHashMap<>();
    String[] all = firstLine(Path.of("/proc/stat")).split(" +");
    ticks.put("all", sum(all, 1, 2, 3, 6, 7));
    ticks.put("interrupts", sum(all, 6, 7));
    String state = cluster.stateDirectory().toString();
    for (String program : PROGRAMS) {
      ticks.put(program, cluster.program(program).map(it -> used(it.pid())).orElse(0L));
    }
    ticks.put("conmon", 0L);
    ticks.put("kernel", 0L);
    InstanceProcesses.all()
        .forEach(pid -> {
          String[] words = words(pid);
          if (words.length > SYSTEM_TIME && words[PARENT].equals("2")) {
            ticks.merge("kernel", used(words), Long::sum);
          } else if (InstanceProcesses.read(pid, "comm").strip().equals("conmon")
              && InstanceProcesses.read(pid, "cmdline").contains(state)) {
            ticks.merge("conmon", used(words), Long::sum);
          }
        });
    return new HostCpu(nanoTime.getAsLong(), ticks);
  }

  /** In hundredths of one cpu. */
  Map<String, Double> since(HostCpu before) {
    double seconds = (atNanos - before.atNanos) / 1e9;
    Map<String, Double> shares = new LinkedHashMap<>();
    ticks.forEach((who, now) -> {
      long used = Math.max(0, now - before.ticks.getOrDefault(who, 0L));
      shares.put(who, 100 * used / TICKS_PER_SECOND / seconds);
    });
    return shares;
  }

  private static long used(long pid) {
    return used(words(pid));
  }

  private static long used(String[] words) {
    return words.length > SYSTEM_TIME
        ? Long.parseLong(words[USER_TIME]) + Long.parseLong(words[SYSTEM_TIME])
        : 0;
  }

  /** What /proc/PID/stat says after the name, which may hold spaces. */
  private static String[] words(long pid) {
    String stat = InstanceProcesses.read(pid, "stat");
    return stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
  }

  private static long sum(String[] words, int... columns) {
    long sum = 0;
    for (int column : columns) {
      sum += Long.parseLong(words[column]);
    }
    return sum;
  }

  private static String firstLine(Path file) {
    try (var lines = Files.lines(file)) {
      return lines.findFirst().orElse("");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}

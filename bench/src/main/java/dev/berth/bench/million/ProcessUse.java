package dev.berth.bench.million;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a process has used, as the kernel counts it: cpu in milliseconds, of all its threads and of
 * those that are ZooKeeper's server.
 */
record ProcessUse(long cpuMillis, long storeMillis) {
  private static final int MILLIS_A_TICK = 10;
  private static final List<String> STORE =
      List.of(
          "SyncThread",
          "ProcessThread",
          "NIOServerCxnFac",
          "NIOWorkerThread",
          "SessionTracker",
          "Snapshot Thread",
          "ConnnectionExpi");

  static ProcessUse of(long pid) {
    long all = ticks(Path.of("/proc", Long.toString(pid), "stat"));
    long store = 0;
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path thread : threads.toList()) {
        String name = Files.readString(thread.resolve("comm")).strip();
        if (STORE.stream().anyMatch(name::startsWith)) {
          store += ticks(thread.resolve("stat"));
        }
      }
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
    return new ProcessUse(all * MILLIS_A_TICK, store * MILLIS_A_TICK);
  }

  ProcessUse since(ProcessUse before) {
    return new ProcessUse(cpuMillis - before.cpuMillis, storeMillis - before.storeMillis);
  }

  /** Milliseconds of cpu in each second. */
  double millisASecond(long nanos) {
    return cpuMillis / (nanos / (double) TimeUnit.SECONDS.toNanos(1));
  }

  /** A line of /proc/PID/status in MiB, "VmRSS" or "VmHWM". */
  static double mib(long pid, String what) {
    try (Stream<String> lines =
        Files.lines(Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith(what + ":"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  /** Fields 14 and 15; the name before them may hold spaces. */
  private static long ticks(Path stat) {
    try {
      String line = Files.readString(stat);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    } catch (IOException gone) {
      return 0; // the thread has ended
    }
  }
}

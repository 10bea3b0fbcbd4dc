package dev.berth.agent.turn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How busy all cpus of this host are, from /proc/stat, see proc_stat(5). Confined to one thread.
 */
final class CpuLoad {
  private static final int IDLE = 3;
  private static final int WAITING_FOR_DISK = 4;

  /** What follows is part of what went before. */
  private static final int STEAL = 7;

  private final Path stat;
  private long idle;
  private long all;

  CpuLoad(Path stat) {
    this.stat = stat;
  }

  /** The part of the time since the last look that no cpu was used; 1 when no time has passed. */
  double idleSinceLast() throws IOException {
    long nowIdle = 0;
    long nowAll = 0;
    try (var lines = Files.newBufferedReader(stat)) {
      String line = lines.readLine();
      if (line == null || !line.startsWith("cpu ")) {
        throw new IOException(stat + " begins with '" + line + "', not with all cpus' times");
      }
      String[] times = line.substring("cpu ".length()).strip().split(" ", -1);
      for (int i = 0; i <= Math.min(STEAL, times.length - 1); i++) {
        long ticks = Long.parseLong(times[i]);
        nowAll += ticks;
        nowIdle += i == IDLE || i == WAITING_FOR_DISK ? ticks : 0;
      }
    }
    double part = nowAll > all ? (double) (nowIdle - idle) / (nowAll - all) : 1;
    idle = nowIdle;
    all = nowAll;
    return part;
  }
}

package dev.berth.agent.runtime;

/** The hard limits of one instance's size. */
public record Limits(
    int memoryMib,
    int cpuWeight,
    int cpuMillis,
    int pids,
    int diskMib,
    int openFiles,
    Rates rates) {

  public Limits {
    between("memory, MiB", memoryMib, 8, Integer.MAX_VALUE);
    between("cpu weight", cpuWeight, 1, 10_000);
    between("cpu millis", cpuMillis, 10, Integer.MAX_VALUE);
    between("pids", pids, 4, Integer.MAX_VALUE);
    between("disk, MiB", diskMib, 8, Integer.MAX_VALUE);
    between("open files", openFiles, 64, Integer.MAX_VALUE);
  }

  public Limits(int memoryMib, int cpuWeight, int cpuMillis, int pids, int diskMib, int openFiles) {
    this(memoryMib, cpuWeight, cpuMillis, pids, diskMib, openFiles, Rates.DEFAULT);
  }

  static void between(String what, int value, int min, int max) {
    if (value < min || value > max) {
      String most = max == Integer.MAX_VALUE ? "" : " and at most " + max;
      throw new IllegalArgumentException(
          what + " must be at least " + min + most + ", not " + value);
    }
  }
}

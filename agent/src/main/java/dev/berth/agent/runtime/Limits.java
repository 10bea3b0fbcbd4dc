package dev.berth.agent.runtime;

/** The hard limits of one instance's size. */
public record Limits(
    int memoryMib, int cpuWeight, int cpuMillis, int pids, int diskMib, int openFiles) {

  public Limits {
    atLeast("memory, MiB", memoryMib, 8);
    atLeast("cpu weight", cpuWeight, 1);
    atLeast("cpu millis", cpuMillis, 10);
    atLeast("pids", pids, 4);
    atLeast("disk, MiB", diskMib, 8);
    atLeast("open files", openFiles, 64);
  }

  private static void atLeast(String what, int value, int min) {
    if (value < min) {
      throw new IllegalArgumentException(what + " must be at least " + min + ", not " + value);
    }
  }
}

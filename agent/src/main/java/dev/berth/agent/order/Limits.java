package dev.berth.agent.order;

/** The limits of the instance's size, as ordered. */
public record Limits(
    int memoryMib,
    int cpuWeight,
    int cpuMillis,
    int pids,
    int diskMib,
    int openFiles,
    Rates rates) {

  public Limits(int memoryMib, int cpuWeight, int cpuMillis, int pids, int diskMib, int openFiles) {
    this(memoryMib, cpuWeight, cpuMillis, pids, diskMib, openFiles, Rates.UNSAID);
  }
}

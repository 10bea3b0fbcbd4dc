package dev.berth.scheduler.state;

/** A named bundle of limits. */
public record Size(
    String name,
    int memoryMib,
    int cpuWeight,
    int cpuMillis,
    int pids,
    int diskMib,
    int openFiles,
    Rates rates) {

  /** How many times a node's cpu may be promised, where its pool does not say otherwise. */
  public static final int CPU_OVERCOMMIT = 10;

  /**
   * What an instance of this size books on a node. Cpu is booked by weight, in thousandths, against
   * the node's cpu times its pool's overcommit: at 10, a weight of 100 is sure of a hundredth of a
   * cpu.
   */
  public Capacity booked() {
    return new Capacity(memoryMib, cpuWeight, pids, diskMib, 1);
  }
}

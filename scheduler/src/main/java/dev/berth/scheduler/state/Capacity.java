package dev.berth.scheduler.state;

/** Amounts of what a node has or an instance needs. */
public record Capacity(long memoryMib, long cpuMillis, long pids, long diskMib) {
  public static final Capacity NONE = new Capacity(0, 0, 0, 0);

  public Capacity plus(Capacity other) {
    return new Capacity(
        memoryMib + other.memoryMib,
        cpuMillis + other.cpuMillis,
        pids + other.pids,
        diskMib + other.diskMib);
  }

  public Capacity minus(Capacity other) {
    return new Capacity(
        memoryMib - other.memoryMib,
        cpuMillis - other.cpuMillis,
        pids - other.pids,
        diskMib - other.diskMib);
  }

  /** What a node of this capacity may promise: cpu more than once, all else exactly. */
  public Capacity overcommitted() {
    return new Capacity(memoryMib, cpuMillis * Size.CPU_OVERCOMMIT, pids, diskMib);
  }

  /** Is there at least this much of everything? */
  public boolean holds(Capacity needed) {
    return memoryMib >= needed.memoryMib
        && cpuMillis >= needed.cpuMillis
        && pids >= needed.pids
        && diskMib >= needed.diskMib;
  }
}

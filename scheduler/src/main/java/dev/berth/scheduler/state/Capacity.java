package dev.berth.scheduler.state;

/**
 * Amounts of what a node has or an instance needs. A node that has not said how many addresses it
 * has counts as having enough.
 */
public record Capacity(long memoryMib, long cpuMillis, long pids, long diskMib, long addresses) {
  public static final Capacity NONE = new Capacity(0, 0, 0, 0, 0);

  /** Without a word on addresses. */
  public Capacity(long memoryMib, long cpuMillis, long pids, long diskMib) {
    this(memoryMib, cpuMillis, pids, diskMib, 0);
  }

  public Capacity plus(Capacity other) {
    return new Capacity(
        memoryMib + other.memoryMib,
        cpuMillis + other.cpuMillis,
        pids + other.pids,
        diskMib + other.diskMib,
        addresses + other.addresses);
  }

  public Capacity minus(Capacity other) {
    return new Capacity(
        memoryMib - other.memoryMib,
        cpuMillis - other.cpuMillis,
        pids - other.pids,
        diskMib - other.diskMib,
        addresses - other.addresses);
  }

  /** Is there at least this much of everything? */
  public boolean holds(Capacity needed) {
    return memoryMib >= needed.memoryMib
        && cpuMillis >= needed.cpuMillis
        && pids >= needed.pids
        && diskMib >= needed.diskMib
        && addresses >= needed.addresses;
  }
}

package dev.berth.scheduler.state;

/** How the nodes with one value of the label {@code pool} are filled. */
public record NodePool(String name, Policy policy, int cpuOvercommit) {
  public static final String DEFAULT = "default";
  public static final int MAX_OVERCOMMIT = 100;

  /** What is sought among the nodes that hold equally many of a process type. */
  public enum Policy {
    /** The least used one. */
    SPREAD,
    /** The most used one that still has room. */
    PACK
  }

  public NodePool {
    if (cpuOvercommit < 1 || cpuOvercommit > MAX_OVERCOMMIT) {
      throw new IllegalArgumentException(
          "cpu-overcommit of pool %s must be 1 to %d, not %d"
              .formatted(name, MAX_OVERCOMMIT, cpuOvercommit));
    }
  }

  /** For a pool that nobody configured. */
  public static NodePool standard(String name) {
    return new NodePool(name, Policy.SPREAD, Size.CPU_OVERCOMMIT);
  }

  /** What a node of this capacity may promise: cpu more than once, all else exactly. */
  public Capacity promises(Capacity capacity) {
    return new Capacity(
        capacity.memoryMib(),
        capacity.cpuMillis() * cpuOvercommit,
        capacity.pids(),
        capacity.diskMib(),
        capacity.addresses() == 0 ? Long.MAX_VALUE / 4 : capacity.addresses());
  }
}

package dev.berth.scheduler.state;

/** The most that a tenant's formations may ask for together. Moves are not charged to it. */
public record Quota(int maxInstances, long maxMemoryMib, int maxApps) {
  /** What a tenant gets when its maker names no quota. */
  public static final Quota DEFAULT = new Quota(200, 65_536, 50);

  public Quota {
    if (maxInstances < 0 || maxMemoryMib < 0 || maxApps < 0) {
      throw new IllegalArgumentException(
          "quota must not be negative: %d instances, %d MiB, %d apps"
              .formatted(maxInstances, maxMemoryMib, maxApps));
    }
  }
}

package dev.berth.bench.million;

import java.time.Duration;

/**
 * How large the cluster is and how long it is looked at.
 *
 * @param perApp instances of one app, all of one process type
 * @param callers commands on their way at a time
 * @param heapMib the scheduler's -Xmx
 * @param settling how long the settled cluster is left alone and its cpu counted
 * @param crashes how many single crashes and single restarts are timed
 */
public record Dimensions(
    int agents,
    int instances,
    int perApp,
    int callers,
    int heapMib,
    Duration settling,
    int crashes) {
  static final int MEMORY_MIB = 64;
  private static final int MOST_TENANT_APPS = 100;

  public Dimensions {
    if (agents < 1 || instances < perApp || perApp < 1 || instances % perApp != 0) {
      throw new IllegalArgumentException(
          "there must be agents, and whole apps of %d; not %d agents and %d instances"
              .formatted(perApp, agents, instances));
    }
  }

  /** A million on ten thousand, and in proportion what is smaller. */
  public static Dimensions of(int agents, int instances) {
    int perApp = Math.clamp(instances / 10, 1, 1000);
    return new Dimensions(
        agents,
        instances / perApp * perApp,
        perApp,
        48,
        Math.clamp(512 + instances / 400L + agents / 40L, 512, 3072),
        Duration.ofSeconds(instances >= 100_000 ? 30 : 10),
        instances >= 100_000 ? 300 : 100);
  }

  int apps() {
    return instances / perApp;
  }

  String tenant(int app) {
    return "tenant-" + app / MOST_TENANT_APPS;
  }

  int tenants() {
    return (apps() + MOST_TENANT_APPS - 1) / MOST_TENANT_APPS;
  }

  /** "tenant-1/app-104" */
  String app(int app) {
    return tenant(app) + "/app-" + app;
  }

  /** What each node offers: half as much again as its share of the instances. */
  int instancesANode() {
    return Math.max(4, instances / agents * 3 / 2);
  }
}

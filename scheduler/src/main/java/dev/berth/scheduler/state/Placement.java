package dev.berth.scheduler.state;

import java.time.Instant;

/** The durable fact that an instance belongs on a node. */
public record Placement(
    PlacementId id, InstanceId instance, NodeId node, Wanted wanted, Intent intent, Instant since) {

  /** What the instance is made of; a placement whose wish differs from its app's is replaced. */
  public record Wanted(
      int release, String baseLine, int baseVersion, String size, long restartToken) {}

  /** What should become of it; it only ever moves forward. */
  public enum Intent {
    /** Run and, once healthy, be routed. */
    RUN,
    /** Runs on, but no route leads there; waits for the routers' acknowledgement. */
    DRAINING,
    /** Ordered to stop; set aside until the agent has stopped it. */
    STOPPING
  }

  public boolean isWanted() {
    return intent == Intent.RUN;
  }

  public Size size() {
    return Sizes.known(wanted.size());
  }

  public Placement with(Intent newIntent, Instant now) {
    return new Placement(id, instance, node, wanted, newIntent, now);
  }
}

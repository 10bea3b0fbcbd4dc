package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Wanted;
import org.jspecify.annotations.Nullable;

/** One thing to do now. */
public sealed interface NextStep {
  String cause();

  /**
   * Find a node for the instance.
   *
   * @param to the node that was chosen for it, and no other; null for any
   * @param isMove whether the platform wishes it rather than the app
   */
  record Start(
      InstanceId instance, Wanted wanted, String cause, @Nullable NodeId to, boolean isMove)
      implements NextStep {}

  /** Take it from the routes; it runs on. */
  record Withdraw(Placement placement, String cause) implements NextStep {}

  /** Order it to stop. */
  record Stop(Placement placement, String cause) implements NextStep {}

  /** It has stopped and nothing leads to it: give its room and its address back. */
  record Forget(Placement placement, String cause) implements NextStep {}
}

package dev.berth.agent.control;

import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Address;

/** Health checks in progress. Never blocks; results are heard by the loop. */
public interface Checks {

  /** Checks this incarnation from now on, in place of an earlier one of the same placement. */
  void watch(PlacementId id, int incarnation, HealthCheck check, Address address);

  /** Checks it no more. */
  void forget(PlacementId id);
}

package dev.berth.agent.control;

import dev.berth.agent.order.Order;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Step;

/** Asks the host for what was decided. Never blocks; what comes of it is heard by the loop. */
public interface HostWork {

  /** Makes the container of this incarnation. */
  void start(Order order, int incarnation);

  /** Holds what runs, or is being made, to the order's egress policy. */
  void limit(Order order);

  /** Anything but a start. */
  void perform(PlacementId id, int incarnation, Step step);
}

package dev.berth.agent.control;

import dev.berth.agent.order.Delta;
import dev.berth.agent.order.Orders;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.order.Snapshot;
import dev.berth.agent.reconcile.Report;

/** What the loop is told. */
public sealed interface Input {

  /** The host or a health check speaks about one incarnation. */
  record Heard(PlacementId id, int incarnation, Report report) implements Input {}

  /** The scheduler says all that it wants. */
  record SaidAll(Uplink from, Snapshot snapshot) implements Input {}

  /** The scheduler says what has changed. */
  record SaidChange(Uplink from, Delta delta) implements Input {}

  /** These orders are on disk, so that they may be carried out. */
  record Stored(Orders orders) implements Input {}

  /** A stream to a scheduler is open and waits for its greeting. */
  record Linked(Uplink uplink) implements Input {}

  /** The stream is gone. */
  record Unlinked(Uplink uplink) implements Input {}

  /** The stream takes more. */
  record Writable() implements Input {}
}

package dev.berth.simulation.cluster;

import dev.berth.agent.order.Orders;
import dev.berth.agent.reconcile.Step;
import dev.berth.router.table.RouteTable;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Outcome;
import dev.berth.simulation.host.Container;
import dev.berth.simulation.store.Ensemble;

/** What the invariants are told of, in the order in which it happens. */
public sealed interface Happening {
  /** A write took effect. */
  record Committed(Ensemble.Commit commit) implements Happening {}

  /** A scheduler begins to lead, from this state. */
  record Began(String scheduler, long epoch, ClusterState loaded) implements Happening {}

  /** A pass was published by its leader. */
  record Published(String scheduler, Snapshot snapshot) implements Happening {}

  /** An answer leaves a scheduler. */
  record Answered(String scheduler, Command command, Outcome outcome) implements Happening {}

  /** An agent takes in orders. */
  record OrdersTaken(String node, Orders orders) implements Happening {}

  /** A router puts a table in force. */
  record TableUsed(String router, RouteTable table) implements Happening {}

  record Started(String node, Container container) implements Happening {}

  record Ended(String node, Container container) implements Happening {}

  record Released(String node, long placement) implements Happening {}

  /** An agent ends a container or takes away what is left of it. */
  record Asked(String node, long placement, Step step) implements Happening {}
}

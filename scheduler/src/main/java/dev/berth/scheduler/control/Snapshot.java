package dev.berth.scheduler.control;

import dev.berth.scheduler.rollout.Brake;
import dev.berth.scheduler.routes.RouteTable;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.PlacementId;
import java.time.Instant;
import org.pcollections.TreePMap;

/**
 * The cluster after a committed pass.
 *
 * <p>The version increases with each pass of an epoch. While {@code routesReady} is false the table
 * may lack instances whose agents have not reported since the change of leader: no router may get
 * it. So many instances as {@code rebalancing} says are moving to even nodes out. {@code pending}
 * says in words why a wanted instance has no placement, {@code consents} what coordinators were
 * asked and said of moves; the platform may begin so many moves now as {@code movesLeft} says.
 */
public record Snapshot(
    long epoch,
    long version,
    Instant at,
    ClusterState state,
    Actual actual,
    RouteTable routes,
    boolean routesReady,
    Brake brake,
    TreePMap<InstanceId, String> pending,
    TreePMap<Long, HistoryEvent> history,
    int rebalancing,
    int movesLeft,
    TreePMap<PlacementId, Consent> consents) {

  /** Is the other the same but for its version and time? Compares the parts by identity. */
  @SuppressWarnings("ReferenceEquality") // a pass that changes nothing keeps the very objects
  boolean isSameAs(Snapshot other) {
    return state == other.state
        && actual == other.actual
        && routes == other.routes
        && brake.equals(other.brake)
        && routesReady == other.routesReady
        && pending == other.pending
        && rebalancing == other.rebalancing
        && consents == other.consents
        && history == other.history;
  }
}

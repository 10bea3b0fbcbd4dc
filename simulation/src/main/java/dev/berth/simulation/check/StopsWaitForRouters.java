package dev.berth.simulation.check;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Actual.RouterActual;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Intent;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.cluster.SimRouter;
import dev.berth.simulation.store.Ensemble;
import java.util.HashMap;
import java.util.Map;

/**
 * S10: an instance is told to stop only when no router that its leader holds for connected, or
 * could have heard of, sends requests to it, or after the time that is allowed for letting go.
 */
final class StopsWaitForRouters extends Invariant {
  private static final long DRAIN_MICROS = 59_000_000;

  /**
   * A router that could have called for so long must not be forgotten, whoever else is away: it
   * gives up each that does not answer after 5 s, waits 2 s after a round, and what was decided
   * before it called takes a moment to be stored.
   */
  private static final long CALL_MICROS = 25_000_000;

  private final Leaders leaders;
  private final Reach reach;
  private final Map<Long, Long> drainingSince = new HashMap<>();

  StopsWaitForRouters(Cluster cluster, Leaders leaders, Reach reach) {
    super(cluster);
    this.leaders = leaders;
    this.reach = reach;
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Committed(Ensemble.Commit commit)) {
      for (Change change : commit.write().changes()) {
        if (change instanceof Change.PutPlacement(Placement placement)) {
          put(commit, placement);
        }
      }
    }
  }

  private void put(Ensemble.Commit commit, Placement placement) {
    long id = placement.id().value();
    long now = cluster().world().now();
    if (placement.intent() == Intent.DRAINING) {
      drainingSince.putIfAbsent(id, now);
    }
    boolean isWeb = placement.instance().type().name().equals("web");
    if (placement.intent() != Intent.STOPPING || !isWeb) {
      return;
    }
    Long since = drainingSince.get(id);
    require(since != null, "placement %d was to stop before it was taken from the routes", id);
    if (since == null || now - since >= DRAIN_MICROS) {
      return;
    }
    for (SimRouter router : cluster().routers()) {
      String writer = commit.write().writer();
      boolean counts = isConnected(writer, router) || reach.lasts(router, writer) >= CALL_MICROS;
      require(
          !counts || !Tables.leadsTo(router.inForce(), id),
          "placement %d was to stop while %s still sent requests to it",
          id,
          router.name());
    }
  }

  /** By the leader's own word; then nothing else excuses it, such as another that is cut off. */
  private boolean isConnected(String leader, SimRouter router) {
    Snapshot known = leaders.of(leader);
    RouterActual heard = known == null ? null : known.actual().routers().get(router.name());
    return heard != null && heard.isConnected();
  }
}

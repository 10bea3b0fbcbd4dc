package dev.berth.simulation.check;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.routes.Pool;
import dev.berth.scheduler.routes.Route;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;

/**
 * Every published route is of a wanted instance, of that very app, that its agent calls healthy.
 */
final class RoutesFollowTheState extends Invariant {
  RoutesFollowTheState(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Published(String scheduler, Snapshot snapshot)) {
      for (Pool pool : snapshot.routes().pools().values()) {
        pool.routes().forEach(route -> check(scheduler, snapshot, pool, route));
      }
    }
  }

  private void check(String scheduler, Snapshot snapshot, Pool pool, Route route) {
    Placement placement = snapshot.state().placements().byId().get(route.placement());
    PlacementReport report = snapshot.actual().placements().get(route.placement());
    require(
        placement != null
            && placement.isWanted()
            && placement.instance().type().equals(pool.id())
            && report != null
            && report.phase() instanceof Phase.Running,
        "%s published a route of %s to %s, which is %s, reported %s",
        scheduler,
        pool.id(),
        route.placement(),
        placement,
        report);
  }
}

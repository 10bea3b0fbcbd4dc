package dev.berth.simulation.check;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;

/** S20: what a leader remembers is no more than what there is, and its history is bounded. */
final class SoftStateIsBounded extends Invariant {
  private static final int MOST_HISTORY = 10_000;

  SoftStateIsBounded(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Published(String scheduler, Snapshot snapshot)) {
      var placements = snapshot.state().placements().byId();
      for (PlacementId id : snapshot.actual().placements().keySet()) {
        require(placements.containsKey(id), "%s remembers %s, which is gone", scheduler, id);
      }
      require(
          snapshot.actual().routers().size() <= cluster().routers().size(),
          "%s remembers %d routers",
          scheduler,
          snapshot.actual().routers().size());
      require(
          snapshot.history().size() <= MOST_HISTORY,
          "%s keeps %d events",
          scheduler,
          snapshot.history().size());
    }
  }
}

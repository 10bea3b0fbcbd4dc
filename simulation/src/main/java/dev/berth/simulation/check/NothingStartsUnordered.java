package dev.berth.simulation.check;

import dev.berth.scheduler.state.Actual.Liveness;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Placement;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.host.Container;
import dev.berth.simulation.store.Ensemble;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * S7: what starts was placed there by a committed decision, and what was removed because it had
 * stopped never runs again.
 */
final class NothingStartsUnordered extends Invariant {
  private final Map<Long, Placement> ever = new HashMap<>();
  private final Set<Long> stopped = new HashSet<>();
  private final Leaders leaders;

  NothingStartsUnordered(Cluster cluster, Leaders leaders) {
    super(cluster);
    this.leaders = leaders;
  }

  @Override
  public void happened(Happening happening) {
    switch (happening) {
      case Happening.Committed(Ensemble.Commit commit) -> committed(commit.write());
      case Happening.Started(String node, Container container) -> started(node, container);
      default -> {}
    }
  }

  private void committed(Ensemble.Write write) {
    for (Change change : write.changes()) {
      if (change instanceof Change.PutPlacement(Placement placement)) {
        ever.put(placement.id().value(), placement);
      } else if (change instanceof Change.RemovePlacement(Placement placement)) {
        boolean mayRun = leaders.liveness(write.writer(), placement.node()) != Liveness.READY;
        long id = placement.id().value();
        boolean runs =
            cluster()
                .agent(placement.node().name())
                .map(agent -> agent.host().running(id).isPresent())
                .orElse(false);
        require(
            mayRun || !runs,
            "placement %d was removed as stopped while it ran on %s",
            id,
            placement.node());
        if (!mayRun) {
          stopped.add(id);
        }
      }
    }
  }

  private void started(String node, Container container) {
    Placement placement = ever.get(container.placement());
    require(
        placement != null
            && placement.node().name().equals(node)
            && placement.instance().toString().equals(container.instance().toString()),
        "%s started placement %d of %s, which was never placed there",
        node,
        container.placement(),
        container.instance());
    require(
        !stopped.contains(container.placement()),
        "%s started placement %d, which was removed as stopped",
        node,
        container.placement());
  }
}

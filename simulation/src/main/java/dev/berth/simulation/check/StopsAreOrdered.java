package dev.berth.simulation.check;

import dev.berth.agent.reconcile.Step;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Placement;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.store.Ensemble;
import java.util.HashSet;
import java.util.Set;

/**
 * S12, S14: what runs is ended only by a committed decision to stop it; nothing follows from
 * silence, or from what could not be read.
 */
final class StopsAreOrdered extends Invariant {
  private final Set<Long> ordered = new HashSet<>();

  StopsAreOrdered(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    switch (happening) {
      case Happening.Committed(Ensemble.Commit commit) -> {
        for (Change change : commit.write().changes()) {
          if (change instanceof Change.PutPlacement(Placement placement)
              && placement.intent() == Placement.Intent.STOPPING) {
            ordered.add(placement.id().value());
          } else if (change instanceof Change.RemovePlacement(Placement placement)) {
            ordered.add(placement.id().value());
          }
        }
      }
      case Happening.Asked(String node, long placement, Step step) -> asked(node, placement, step);
      default -> {}
    }
  }

  /** Kills end what is not healthy, too. */
  private void asked(String node, long placement, Step step) {
    boolean runs = cluster().agent(node).orElseThrow().host().running(placement).isPresent();
    require(
        !runs || step instanceof Step.Kill || ordered.contains(placement),
        "%s was to %s placement %d, and nobody had decided that it should stop",
        node,
        step,
        placement);
  }
}

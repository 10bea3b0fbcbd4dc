package dev.berth.simulation.check;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Intent;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.Release;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.host.Container;
import dev.berth.simulation.store.Ensemble;
import java.util.HashSet;
import java.util.Set;

/**
 * S18: Berth takes an instance away on purpose only if it is not wanted any more, or another of the
 * same index has been seen healthy.
 */
final class AvailabilityHolds extends Invariant {
  private final Leaders leaders;
  private final Set<Long> wasHealthy = new HashSet<>();

  AvailabilityHolds(Cluster cluster, Leaders leaders) {
    super(cluster);
    this.leaders = leaders;
  }

  @Override
  public void happened(Happening happening) {
    switch (happening) {
      case Happening.Committed(Ensemble.Commit commit) -> {
        for (Change change : commit.write().changes()) {
          if (change instanceof Change.PutPlacement(Placement placement)) {
            put(commit, placement);
          }
        }
      }
      case Happening.Published(_, Snapshot snapshot) -> {
        for (PlacementReport report : snapshot.actual().placements().values()) {
          if (report.isRunning()) {
            wasHealthy.add(report.id().value());
          }
        }
      }
      case Happening.Started(_, Container container) -> {
        if (!container.instance().processType().equals("web")) {
          wasHealthy.add(container.placement()); // that its process runs is all that is asked
        }
      }
      default -> {}
    }
  }

  private void put(Ensemble.Commit commit, Placement placement) {
    Placement before = commit.before().placements().byId().get(placement.id());
    if (before == null || before.intent() != Intent.RUN || placement.isWanted()) {
      return;
    }
    require(
        isSurplus(commit.after(), placement)
            || hasOther(commit, placement)
            || mustBeGone(commit.after(), placement)
            || !isServing(commit, placement),
        "placement %d of %s was taken away, and no other of its index had become healthy",
        placement.id().value(),
        placement.instance());
  }

  private static boolean isSurplus(ClusterState state, Placement placement) {
    App app = state.apps().get(placement.instance().app());
    if (app == null || app.isLeaving()) {
      return true;
    }
    Formation formation = app.formation().get(placement.instance().type().name());
    boolean isKnown =
        state
            .currentRelease(app)
            .map(Release::processTypes)
            .map(types -> types.containsKey(placement.instance().type().name()))
            .orElse(false);
    return !isKnown || formation == null || placement.instance().index() > formation.count();
  }

  /** The operators have given the node's drain a deadline. */
  private static boolean mustBeGone(ClusterState state, Placement placement) {
    KnownNode node = state.nodes().get(placement.node());
    NodePolicy.Drain drain = node == null ? null : node.policy().drain();
    return drain != null && drain.deadline() != null;
  }

  private boolean hasOther(Ensemble.Commit commit, Placement placement) {
    return commit.after().placements().of(placement.instance().type()).stream()
        .filter(other -> other.instance().equals(placement.instance()) && other.isWanted())
        .anyMatch(other -> wasHealthy.contains(other.id().value()) || isHealthyThere(other));
  }

  /** Its agent may say so in the very pass that takes the other away. */
  private boolean isHealthyThere(Placement placement) {
    return cluster()
        .agent(placement.node().name())
        .flatMap(agent -> agent.host().running(placement.id().value()))
        .filter(Container::isHealthy)
        .isPresent();
  }

  /** Of what is not healthy itself, or on a node that is silent, nothing is taken away. */
  private boolean isServing(Ensemble.Commit commit, Placement placement) {
    Snapshot known = leaders.of(commit.write().writer());
    PlacementReport report = known == null ? null : known.actual().placements().get(placement.id());
    return report != null && report.isRunning();
  }
}

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
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.host.Container;
import dev.berth.simulation.store.Ensemble;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * S18: Berth takes an instance away on purpose only if it is not wanted any more, or another of the
 * same index has been seen healthy, or its app allows so many to be missing.
 */
final class AvailabilityHolds extends Invariant {
  private final Leaders leaders;
  private final Set<Long> wasHealthy = new HashSet<>();
  private final Map<String, List<Placement>> stoppedFirst = new HashMap<>();

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
      case Happening.Published(String scheduler, Snapshot snapshot) -> {
        bornByTheApp(scheduler, snapshot);
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
    boolean isWell =
        isSurplus(commit.after(), placement)
            || hasOther(commit, placement)
            || mustBeGone(commit.after(), placement)
            || !isServing(commit, placement);
    if (!isWell && unavailable(commit.after(), placement) > 0) {
      stoppedFirst.computeIfAbsent(commit.write().writer(), _ -> new ArrayList<>()).add(placement);
      return; // what the leader knew when it decided is published right afterwards
    }
    require(
        isWell,
        "placement %d of %s was taken away, and no other of its index had become healthy",
        placement.id().value(),
        placement.instance());
  }

  /** So many of a process type as its app allows may be missing, by what the leader knew. */
  private void bornByTheApp(String scheduler, Snapshot snapshot) {
    List<Placement> stopped = stoppedFirst.remove(scheduler);
    if (stopped == null) {
      return;
    }
    for (Placement placement : stopped) {
      PlacementReport own = snapshot.actual().placements().get(placement.id());
      if (own == null || !own.isRunning()) {
        continue; // it ended by itself, and its leader heard so in the very pass
      }
      ProcessTypeId type = placement.instance().type();
      int least = count(snapshot.state(), type) - unavailable(snapshot.state(), placement);
      Set<Integer> serving = new HashSet<>();
      for (Placement other : snapshot.state().placements().of(type)) {
        PlacementReport report = snapshot.actual().placements().get(other.id());
        if (other.isWanted() && report != null && report.isRunning()) {
          serving.add(other.instance().index());
        }
      }
      require(
          serving.size() >= least,
          "placement %d of %s was taken away, and %d are left of %d that its app must have",
          placement.id().value(),
          placement.instance(),
          serving.size(),
          least);
    }
  }

  private static int count(ClusterState state, ProcessTypeId type) {
    App app = state.apps().get(type.app());
    Formation formation = app == null ? null : app.formation().get(type.name());
    return formation == null ? 0 : formation.count();
  }

  private static int unavailable(ClusterState state, Placement placement) {
    ProcessTypeId type = placement.instance().type();
    App app = state.apps().get(type.app());
    return app == null ? 0 : app.turnover().policy().unavailableOf(count(state, type));
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

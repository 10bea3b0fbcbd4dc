package dev.berth.simulation.check;

import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.store.Ensemble;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * S23: evening nodes out moves nothing back and forth. While nodes and apps are the same and
 * nothing is placed for another reason, no move leads back to where everything stood before.
 */
final class MovesPay extends Invariant {
  private final Makings makings = new Makings();
  private final Set<Map<InstanceId, NodeId>> seen = new HashSet<>();

  MovesPay(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    switch (happening) {
      case Happening.Committed(Ensemble.Commit commit) -> committed(commit);
      case Happening.Began _ -> forget();
      default -> {}
    }
  }

  private void committed(Ensemble.Commit commit) {
    makings.committed(commit);
    for (Change change : commit.write().changes()) {
      switch (change) {
        case Change.PutApp _, Change.RemoveApp _, Change.PutNode _, Change.RemoveNode _ -> forget();
        case Change.AddEvent(HistoryEvent event) -> {
          Makings.Making making = makings.take(event);
          if (BudgetsHold.isForBalance(event) && making != null) {
            moved(making, event);
          } else if (event.kind().equals("instance.placed") || event.kind().startsWith("node.")) {
            forget();
          }
        }
        default -> {}
      }
    }
  }

  private void moved(Makings.Making making, HistoryEvent event) {
    Map<InstanceId, NodeId> arrangement = arrangement(making.before());
    seen.add(Map.copyOf(arrangement));
    arrangement.put(making.placement().instance(), making.placement().node());
    require(
        seen.add(arrangement),
        "%s moves to %s, and all stands as it stood before: %s",
        making.placement().instance(),
        making.placement().node(),
        event.message());
  }

  /** Where each instance runs, or is to run once it has moved. */
  private static Map<InstanceId, NodeId> arrangement(ClusterState state) {
    var nodes = new HashMap<InstanceId, NodeId>();
    for (Placement placement : state.placements().byId().values()) {
      if (placement.isWanted()) {
        nodes.put(placement.instance(), placement.node()); // the newest comes last
      }
    }
    return nodes;
  }

  /** The cluster is another one: what paid before may do so no longer. */
  private void forget() {
    seen.clear();
  }
}

package dev.berth.simulation.check;

import dev.berth.scheduler.state.Change;
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
 * nothing is placed for another reason, no instance comes back to a node that it was moved away
 * from.
 */
final class MovesPay extends Invariant {
  private final Map<InstanceId, Set<NodeId>> left = new HashMap<>();

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
    Placement placed = null;
    for (Change change : commit.write().changes()) {
      switch (change) {
        case Change.PutPlacement(Placement placement) -> placed = placement;
        case Change.PutApp _, Change.RemoveApp _, Change.PutNode _, Change.RemoveNode _ -> forget();
        case Change.AddEvent(HistoryEvent event) -> {
          if (BudgetsHold.isForBalance(event) && placed != null) {
            moved(commit, placed, event);
          } else if (event.kind().equals("instance.placed") || event.kind().startsWith("node.")) {
            forget();
          }
        }
        default -> {}
      }
    }
  }

  private void moved(Ensemble.Commit commit, Placement placed, HistoryEvent event) {
    InstanceId instance = placed.instance();
    Set<NodeId> before = left.computeIfAbsent(instance, _ -> new HashSet<>());
    require(
        !before.contains(placed.node()),
        "%s goes back to %s, which it was moved away from: %s",
        instance,
        placed.node(),
        event.message());
    for (Placement other : commit.before().placements().of(instance.type())) {
      if (other.isWanted() && other.instance().equals(instance)) {
        before.add(other.node());
      }
    }
  }

  /** The cluster is another one: what paid before may do so no longer. */
  private void forget() {
    left.clear();
  }
}

package dev.berth.simulation.check;

import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.Placement;
import dev.berth.simulation.store.Ensemble;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which placement an event of placing tells of, and what the state was before: the history is
 * written last, perhaps in another transaction.
 */
final class Makings {
  private static final String PLACED = "instance.placed";

  private final Map<String, Making> untold = new HashMap<>();

  /** A placement, and the state to which it was added. */
  record Making(ClusterState before, Placement placement) {}

  /** Before the events of a commit are asked about. */
  void committed(Ensemble.Commit commit) {
    ClusterState state = commit.before();
    for (Change change : commit.write().changes()) {
      if (change instanceof Change.PutPlacement(Placement placement)
          && state.placements().find(placement.id()).isEmpty()) {
        untold.put(placement.id().toString(), new Making(state, placement));
      }
      state = state.after(change);
    }
  }

  /** What was placed, if the event tells of that; only once for each. */
  @Nullable Making take(HistoryEvent event) {
    return event.kind().equals(PLACED) ? untold.remove(event.message().split(" ", 2)[0]) : null;
  }
}

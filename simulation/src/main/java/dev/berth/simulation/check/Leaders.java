package dev.berth.simulation.check;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Actual.Liveness;
import dev.berth.scheduler.state.NodeId;
import dev.berth.simulation.cluster.Happening;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each scheduler has published last; for invariants that ask what a leader knew. */
final class Leaders {
  private final Map<String, Snapshot> last = new HashMap<>();

  void happened(Happening happening) {
    switch (happening) {
      case Happening.Began(String scheduler, _, _) -> last.remove(scheduler);
      case Happening.Published(String scheduler, Snapshot snapshot) ->
          last.put(scheduler, snapshot);
      default -> {}
    }
  }

  @Nullable Snapshot of(String scheduler) {
    return last.get(scheduler);
  }

  Liveness liveness(String scheduler, NodeId node) {
    Snapshot snapshot = last.get(scheduler);
    return snapshot == null ? Liveness.SUSPECT : snapshot.actual().liveness(node);
  }
}

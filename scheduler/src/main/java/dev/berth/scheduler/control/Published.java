package dev.berth.scheduler.control;

import dev.berth.scheduler.routes.RouteDelta;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.PlacementId;
import java.util.List;

/**
 * One committed pass: what it led to and what it changed.
 *
 * <p>{@code reported} are placements of which an agent had news. The route delta is the step from
 * the table of the pass before, also while the routes are not ready.
 */
public record Published(
    Snapshot before,
    Snapshot after,
    List<Change> changes,
    List<PlacementId> reported,
    RouteDelta routes) {
  public Published {
    changes = List.copyOf(changes);
    reported = List.copyOf(reported);
  }
}

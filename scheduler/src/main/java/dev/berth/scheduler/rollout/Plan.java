package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.PlacementId;
import java.util.List;

/**
 * The next steps of one process type; settled when there is nothing left to do or to wait for.
 *
 * @param stopped so many of the platform's own moves begin with a stop
 * @param asks placements that would be moved if their app's coordinator agreed, which must be asked
 */
public record Plan(List<NextStep> steps, boolean isSettled, int stopped, List<PlacementId> asks) {
  public Plan {
    steps = List.copyOf(steps);
    asks = List.copyOf(asks);
  }
}

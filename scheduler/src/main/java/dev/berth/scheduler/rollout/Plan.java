package dev.berth.scheduler.rollout;

import java.util.List;

/**
 * The next steps of one process type; settled when there is nothing left to do or to wait for.
 *
 * @param stopped so many of the platform's own moves begin with a stop
 */
public record Plan(List<NextStep> steps, boolean isSettled, int stopped) {
  public Plan {
    steps = List.copyOf(steps);
  }
}

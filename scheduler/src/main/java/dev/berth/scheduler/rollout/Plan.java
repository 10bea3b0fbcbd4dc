package dev.berth.scheduler.rollout;

import java.util.List;

/** The next steps of one process type; settled when there is nothing left to do or to wait for. */
public record Plan(List<NextStep> steps, boolean isSettled) {
  public Plan {
    steps = List.copyOf(steps);
  }
}

package dev.berth.agent.reconcile;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a placement led to.
 *
 * @param placement as it is now; absent when it is gone
 * @param steps to be asked of the host, in this order
 * @param notices for the history, oldest first
 */
public record Outcome(@Nullable Placement placement, List<Step> steps, List<Notice> notices) {
  public Outcome {
    steps = List.copyOf(steps);
    notices = List.copyOf(notices);
  }
}

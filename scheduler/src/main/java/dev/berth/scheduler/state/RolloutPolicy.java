package dev.berth.scheduler.state;

import java.time.Duration;
import org.pcollections.TreePVector;

/**
 * How an app's instances are replaced.
 *
 * @param surge so many may run beside those that they replace; at least one unless {@code
 *     unavailable} allows one
 * @param unavailable so many may be stopped before their replacements run
 * @param minHealthy how long a new instance must have been healthy before it counts
 * @param healthyWithin a new instance that is not healthy after so long fails the deploy
 * @param canary parts of each process type, in percent, that a deploy reaches one after the other
 * @param soak how long each of these parts must have been healthy before the next
 * @param isPromotedByHand whether an operator must say so before each next part
 * @param goesBack whether a deploy that fails is taken back
 */
public record RolloutPolicy(
    Share surge,
    Share unavailable,
    Duration minHealthy,
    Duration healthyWithin,
    TreePVector<Integer> canary,
    Duration soak,
    boolean isPromotedByHand,
    boolean goesBack) {

  public static final RolloutPolicy DEFAULT =
      new RolloutPolicy(
          Share.percent(25),
          Share.number(0),
          Duration.ZERO,
          Duration.ofMinutes(5),
          TreePVector.empty(),
          Duration.ofMinutes(1),
          false,
          true);

  /** How many of so many may have a replacement beside them at a time. */
  public int surgeOf(int count) {
    int most = surge.upTo(count);
    return most == 0 && unavailableOf(count) == 0 ? 1 : most;
  }

  public int unavailableOf(int count) {
    return unavailable.downTo(count);
  }

  /** Of so many, those that a deploy has reached with so many parts; all after the last. */
  public int reach(int parts, int count) {
    return parts >= canary.size() ? count : Share.percent(canary.get(parts)).upTo(count);
  }
}

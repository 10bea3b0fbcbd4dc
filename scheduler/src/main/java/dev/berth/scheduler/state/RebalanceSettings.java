package dev.berth.scheduler.state;

import java.time.Duration;

/**
 * How the scheduler evens nodes out by itself.
 *
 * @param isOn whether it does so without being asked
 * @param marginPercent a node takes instances of fuller ones if it is used by so many percent of
 *     its capacity less than its like are on average
 * @param movesPerMinute so many instances of the cluster begin to move in a minute, at most
 * @param rest an instance is not moved for this reason for so long after it was placed
 */
public record RebalanceSettings(
    boolean isOn, int marginPercent, int movesPerMinute, Duration rest) {
  public static final int MIN_MARGIN = 2;
  public static final int MAX_MARGIN = 50;
  public static final int MAX_MOVES = 60_000;
  public static final Duration MAX_REST = Duration.ofDays(7);
  public static final RebalanceSettings DEFAULT =
      new RebalanceSettings(true, 10, 600, Duration.ofMinutes(10));

  public RebalanceSettings {
    if (marginPercent < MIN_MARGIN || marginPercent > MAX_MARGIN) {
      throw new IllegalArgumentException(
          "rebalance.margin-percent must be %d to %d, not %d"
              .formatted(MIN_MARGIN, MAX_MARGIN, marginPercent));
    }
    if (movesPerMinute < 1 || movesPerMinute > MAX_MOVES) {
      throw new IllegalArgumentException(
          "rebalance.moves-per-minute must be 1 to %d, not %d"
              .formatted(MAX_MOVES, movesPerMinute));
    }
    if (rest.isNegative() || rest.compareTo(MAX_REST) > 0) {
      throw new IllegalArgumentException(
          "rebalance.rest must be 0 to %d s, not %d s"
              .formatted(MAX_REST.toSeconds(), rest.toSeconds()));
    }
  }
}

package dev.berth.cli.cluster;

import java.time.Duration;

/**
 * How long to wait before a program that ended is started again.
 *
 * <p>The first restart is at once; a program that keeps dying young is started ever more slowly,
 * and one that has lived well is forgiven.
 *
 * @param failures deaths in a row
 */
record RestartPause(int failures) {
  private static final Duration WELL_LIVED = Duration.ofSeconds(10);
  private static final Duration FIRST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  static final RestartPause NONE = new RestartPause(0);

  RestartPause afterLiving(Duration lived) {
    return new RestartPause(lived.compareTo(WELL_LIVED) >= 0 ? 1 : Math.min(failures + 1, 30));
  }

  Duration length() {
    if (failures <= 1) {
      return Duration.ZERO;
    }
    Duration pause = FIRST.multipliedBy(1L << Math.min(failures - 2, 10));
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }
}

package dev.berth.agent.reconcile;

import java.time.Duration;

/**
 * How long a crashed instance waits for its next start: not at all the first time, then 1 s, and
 * twice as long each time up to five minutes.
 */
final class RestartDelay {
  static final Duration LONGEST = Duration.ofMinutes(5);

  /** Healthy for so long, an instance is forgiven its earlier crashes. */
  static final Duration FORGIVEN_AFTER = Duration.ofSeconds(60);

  private RestartDelay() {}

  /** After that many crashes in a row, at least 1. */
  static Duration after(int crashes) {
    if (crashes <= 1) {
      return Duration.ZERO;
    }
    long seconds = 1L << Math.min(crashes - 2, 30);
    return seconds < LONGEST.toSeconds() ? Duration.ofSeconds(seconds) : LONGEST;
  }
}

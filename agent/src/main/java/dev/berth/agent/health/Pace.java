package dev.berth.agent.health;

import java.time.Duration;

/**
 * How long to wait for the next check: quick after the start, as each millisecond delays the first
 * request, and calmer when the instance takes its time.
 */
final class Pace {
  private static final Duration FIRST = Duration.ofMillis(4);
  private static final Duration SLOWEST = Duration.ofMillis(250);
  private static final int QUICK_TRIES = 25;

  private Pace() {}

  /** Before the first success, after that many tries in vain. */
  static Duration beforeSuccess(int tries) {
    if (tries < QUICK_TRIES) {
      return FIRST;
    }
    long millis = FIRST.toMillis() << Math.min(1 + (tries - QUICK_TRIES) / 8, 20);
    return millis < SLOWEST.toMillis() ? Duration.ofMillis(millis) : SLOWEST;
  }

  /** For one try before the first success; a lost packet must not cost a whole timeout. */
  static Duration timeoutBeforeSuccess(int tries, Duration timeout) {
    Duration patience = Duration.ofMillis(250L * (1 + tries / 4));
    return patience.compareTo(timeout) < 0 ? patience : timeout;
  }
}

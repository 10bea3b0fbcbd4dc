package dev.berth.agent.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the scheduler is dialled again: from 50 ms to 2 s, doubling, spread so
 * that many agents do not come at once. Confined to the dialling thread.
 */
final class Redial {
  static final Duration FIRST = Duration.ofMillis(50);
  static final Duration LONGEST = Duration.ofSeconds(2);

  /** Of what a leader may ask for: half of what makes a node count as lost. */
  static final Duration WIDEST = Duration.ofSeconds(30);

  /** The first call is spread over all of that time, each later one over this part of it. */
  static final int CALLS_WITHIN = 6;

  private final RandomGenerator random;
  private Duration next = FIRST;

  Redial(RandomGenerator random) {
    this.random = random;
  }

  /** Between half of the wait and all of it. */
  Duration next() {
    long millis = next.toMillis();
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
  }

  /** The same, and up to so long more, but never longer than {@link #WIDEST}. */
  Duration next(Duration within) {
    Duration most = within.compareTo(WIDEST) < 0 ? within : WIDEST;
    return most.isZero() ? next() : next().plusMillis(random.nextLong(most.toMillis() + 1));
  }

  void reset() {
    next = FIRST;
  }
}

package dev.berth.scheduler.rollout;

import java.time.Duration;

/** How long silence is borne. See DESIGN §12. */
public record Timers(
    Duration suspectAfter,
    Duration unreachableAfter,
    Duration lostAfter,
    Duration takeoverGrace,
    Duration routerGoneAfter,
    Duration routersExpected,
    Duration drainAtMost) {

  public static final Timers DEFAULT =
      new Timers(
          Duration.ofSeconds(10),
          Duration.ofSeconds(40),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          Duration.ofSeconds(60));

  /** An agent is heard every 3 s. */
  private static final Duration SHORTEST = Duration.ofSeconds(4);

  private static final Duration LONGEST = Duration.ofHours(1);

  /** With other times after which a node counts as suspect, unreachable and lost. */
  public Timers silent(Duration suspect, Duration unreachable, Duration lost) {
    if (suspect.compareTo(SHORTEST) < 0
        || unreachable.compareTo(suspect) < 0
        || lost.compareTo(unreachable) < 0
        || LONGEST.compareTo(lost) < 0) {
      throw new IllegalArgumentException(
          "nodes.suspect-after, .unreachable-after and .lost-after must not fall and be from %d s to %d s, not %d, %d and %d ms"
              .formatted(
                  SHORTEST.toSeconds(),
                  LONGEST.toSeconds(),
                  suspect.toMillis(),
                  unreachable.toMillis(),
                  lost.toMillis()));
    }
    return new Timers(
        suspect, unreachable, lost, lost, routerGoneAfter, routersExpected, drainAtMost);
  }

  /**
   * Before the first epoch there was no leader whom a router could still be following. After a
   * later one a router may take 10 s to see that its leader is gone, and 5 s more for each
   * scheduler that does not answer either.
   */
  public Timers inEpoch(long epoch) {
    return epoch <= 1
        ? this
        : new Timers(
            suspectAfter,
            unreachableAfter,
            lostAfter,
            takeoverGrace,
            routerGoneAfter,
            routersExpected.multipliedBy(4),
            drainAtMost);
  }
}

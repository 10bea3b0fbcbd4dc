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

  /**
   * Before the first epoch there was no leader whom a router could still be following. After a
   * later one a router may take 15 s to see that its leader is gone, and some more to call.
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

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
}

package dev.berth.scheduler.state;

import java.time.Duration;
import java.time.Instant;

/**
 * What an app's coordinator says of the move of one placement. Soft: another leader asks again.
 *
 * @param at when it came to stand so
 * @param words for people; empty if there is nothing to say
 */
public record Consent(Standing standing, Instant at, String words) {
  /** An allowed move must begin within this time. */
  public static final Duration GOOD_FOR = Duration.ofMinutes(2);

  /** What was denied is not asked again before. */
  public static final Duration DENIED_FOR = Duration.ofSeconds(30);

  /** Nobody asks so long: whoever was to ask is gone. */
  public static final Duration ASKED_FOR = Duration.ofMinutes(2);

  /** How it stands. */
  public enum Standing {
    ASKED,
    ALLOWED,
    DENIED
  }

  public boolean isOver(Instant now) {
    Duration time =
        switch (standing) {
          case ASKED -> ASKED_FOR;
          case ALLOWED -> GOOD_FOR;
          case DENIED -> DENIED_FOR;
        };
    return !now.isBefore(at.plus(time));
  }
}

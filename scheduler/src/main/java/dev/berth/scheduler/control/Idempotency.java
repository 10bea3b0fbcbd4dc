package dev.berth.scheduler.control;

import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers answers by the caller's key, so that a repeated request has one effect.
 *
 * <p>Bounded in number and time; an operator's key and a tenant's never meet. Making a tenant is
 * not remembered: its token is told only once. Confined to the control loop.
 */
final class Idempotency {
  private static final int MAX_REMEMBERED = 10_000;
  private static final Duration KEPT = Duration.ofMinutes(10);

  private record Key(Caller caller, String key) {}

  private record Remembered(Command command, Outcome outcome, Instant at) {}

  private final Map<Key, Remembered> answers = new LinkedHashMap<>();

  /** The answer given before; a refusal if the key was used for something else. */
  Optional<Outcome> before(Input.Ask ask, Instant now) {
    forget(now);
    Remembered remembered = isRemembered(ask) ? answers.get(key(ask)) : null;
    if (remembered == null) {
      return Optional.empty();
    }
    return Optional.of(
        remembered.command().equals(ask.command())
            ? remembered.outcome()
            : new Outcome.Refused(
                RefusalCode.INVALID_REQUEST,
                "mutation.idempotency_key",
                "this key was used for another request in the last "
                    + KEPT.toMinutes()
                    + " minutes",
                "choose a new key for each request"));
  }

  /** Refusals are not kept: what was missing may be there the next time. */
  void remember(Input.Ask ask, Outcome outcome, Instant now) {
    if (isRemembered(ask) && outcome instanceof Outcome.Accepted) {
      answers.put(key(ask), new Remembered(ask.command(), outcome, now));
    }
  }

  private void forget(Instant now) {
    Iterator<Remembered> oldest = answers.values().iterator();
    while (oldest.hasNext()) {
      boolean isOld = oldest.next().at().plus(KEPT).isBefore(now);
      if (!isOld && answers.size() <= MAX_REMEMBERED) {
        break;
      }
      oldest.remove();
    }
  }

  private static boolean isRemembered(Input.Ask ask) {
    return !ask.mutation().idempotencyKey().isEmpty()
        && !(ask.command() instanceof Command.CreateTenant);
  }

  private static Key key(Input.Ask ask) {
    return new Key(ask.caller(), ask.mutation().idempotencyKey());
  }
}

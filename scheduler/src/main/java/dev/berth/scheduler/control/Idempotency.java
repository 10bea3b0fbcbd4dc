package dev.berth.scheduler.control;

import dev.berth.scheduler.blobs.Sha256;
import dev.berth.scheduler.state.Answers;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.GivenAnswer;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Remembers by the caller's key that a request was accepted, so that asking again has no second
 * effect, also under the next leader.
 *
 * <p>What is remembered is stored in the same transaction as its effect. In the same term the
 * answer is the very one that was given, later it shows the things as they are. Bounded in number
 * and time; an operator's key and a tenant's never meet. Making a tenant is not remembered: its
 * token is told only once. Confined to the control loop.
 */
final class Idempotency {
  static final int MAX_REMEMBERED = 10_000;
  private static final Duration KEPT = Duration.ofMinutes(10);

  /** More than come in, so that the old ones go. */
  private static final int FORGOTTEN_AT_ONCE = 2;

  private static final int FINGERPRINT = 32;

  private final Working working;
  private final Instant began;

  /** The answers of this term, word by word, by number. */
  private final Map<Long, Outcome> given = new LinkedHashMap<>();

  Idempotency(Working working, Instant began) {
    this.working = working;
    this.began = began;
  }

  /** The answer given before; a refusal if the key was used for something else. */
  Optional<Outcome> before(Input.Ask ask) {
    return isRemembered(ask)
        ? answers()
            .find(ask.caller(), ask.mutation().idempotencyKey())
            .filter(answer -> !isOld(answer))
            .map(answer -> again(ask, answer))
        : Optional.empty();
  }

  private Outcome again(Input.Ask ask, GivenAnswer answer) {
    if (!answer.fingerprint().equals(fingerprint(ask.command()))) {
      return refused(
          "this key was used for another request in the last " + KEPT.toMinutes() + " minutes",
          "choose a new key for each request");
    }
    Outcome sameTerm = given.get(answer.sequence());
    return sameTerm != null
        ? sameTerm
        : answer
            .made()
            .in(working.state())
            .map(made -> (Outcome) new Outcome.Accepted(made))
            .orElseGet(() ->
                refused(
                    "the request was carried out, and what it made is gone by now",
                    "look at: berth events"));
  }

  private static Outcome refused(String reason, String remedy) {
    return new Outcome.Refused(
        RefusalCode.INVALID_REQUEST, "mutation.idempotency_key", reason, remedy);
  }

  /**
   * Right after the changes that the request made. Refusals are not kept: what was missing may be
   * there the next time.
   */
  void remember(Input.Ask ask, Result result, int changes) {
    if (!isRemembered(ask)) {
      return;
    }
    var answer =
        new GivenAnswer(
            answers().next(),
            ask.caller(),
            ask.mutation().idempotencyKey(),
            fingerprint(ask.command()),
            working.now(),
            GivenAnswer.Made.of(result));
    Optional<GivenAnswer> old = answers().find(ask.caller(), ask.mutation().idempotencyKey());
    old.ifPresent(it -> drop(it.sequence()));
    working.apply(new Change.PutAnswer(answer, old.isPresent() ? changes + 1 : changes));
    given.put(answer.sequence(), new Outcome.Accepted(result));
    forget();
  }

  private void forget() {
    List<Long> over = new ArrayList<>();
    int many = answers().bySequence().size() - MAX_REMEMBERED;
    for (GivenAnswer oldest : answers().bySequence().values()) {
      if (over.size() >= FORGOTTEN_AT_ONCE || (over.size() >= many && !isOld(oldest))) {
        break;
      }
      over.add(oldest.sequence());
    }
    over.forEach(this::drop);
  }

  private void drop(long sequence) {
    working.apply(new Change.RemoveAnswer(sequence));
    given.remove(sequence);
  }

  /** Another leader's clock may have been wrong: of what it answered, the time here counts. */
  private boolean isOld(GivenAnswer answer) {
    boolean isOurs = !answer.at().isBefore(began) && !answer.at().isAfter(working.now());
    return (isOurs ? answer.at() : began).plus(KEPT).isBefore(working.now());
  }

  private Answers answers() {
    return working.state().upkeep().answers();
  }

  private static boolean isRemembered(Input.Ask ask) {
    return !ask.mutation().idempotencyKey().isEmpty()
        && !(ask.command() instanceof Command.CreateTenant);
  }

  private static String fingerprint(Command command) {
    return Sha256.of(command.toString().getBytes(StandardCharsets.UTF_8))
        .hex()
        .substring(0, FINGERPRINT);
  }
}

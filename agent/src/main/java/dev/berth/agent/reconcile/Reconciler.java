package dev.berth.agent.reconcile;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings one placement in line with what is wanted of it.
 *
 * <p>Compares and asks, never waits; each look is short and may be repeated: with nothing new it
 * asks for nothing. An instance ends only by an order, by its own doing, or because its health
 * check says so.
 */
public final class Reconciler {
  static final Duration KILL_AGAIN_AFTER = Duration.ofSeconds(10);

  private Reconciler() {}

  /** After orders or time have changed. */
  public static Outcome look(Placement placement, Wish wish, Rules rules, Instant now) {
    return onward(placement, wish, rules, now, new ArrayList<>());
  }

  /** After a report about this incarnation. */
  public static Outcome hear(
      Placement placement, Report report, Wish wish, Rules rules, Instant now) {
    List<Notice> notices = new ArrayList<>();
    if (placement.phase() instanceof Phase.Releasing && report instanceof Report.Released) {
      return new Outcome(null, List.of(), notices);
    }
    Placement after = new Phases(placement, rules, now, notices).after(report);
    return onward(after, wish, rules, now, notices);
  }

  /** When it is to be looked at again though nothing was heard. */
  public static Optional<Instant> nextLook(Placement placement) {
    return switch (placement.phase()) {
      case Phase.Starting starting -> Optional.of(starting.deadline());
      case Phase.Failing failing -> Optional.of(failing.killAgainAt());
      case Phase.Backoff backoff -> Optional.of(backoff.nextStart());
      case Phase.Stopping stopping -> Optional.of(stopping.killAt());
      case Phase.Idle _,
          Phase.Preparing _,
          Phase.Running _,
          Phase.Over _,
          Phase.Discarding _,
          Phase.Stopped _,
          Phase.Releasing _ ->
          Optional.empty();
    };
  }

  private static Outcome onward(
      Placement placement, Wish wish, Rules rules, Instant now, List<Notice> notices) {
    return switch (wish) {
      case RUN -> running(placement, rules, now, notices);
      case STOP, DROP -> stopping(placement, wish, rules, now, notices);
      case UNKNOWN -> same(placement, notices);
    };
  }

  private static Outcome running(
      Placement placement, Rules rules, Instant now, List<Notice> notices) {
    return switch (placement.phase()) {
      case Phase.Idle _ ->
          rules.once() && placement.incarnation() > 0
              ? discard(placement.over(unseenEnd(now)), now, notices)
              : start(placement, now, notices);
      case Phase.Backoff(Instant nextStart) -> {
        if (rules.once()) { // it ended while its orders were not known
          yield discard(placement.over(lastEnd(placement, now)), now, notices);
        }
        yield now.isBefore(nextStart) ? same(placement, notices) : start(placement, now, notices);
      }
      case Phase.Starting(Address address, Instant deadline) ->
          now.isBefore(deadline)
              ? same(placement, notices)
              : unhealthy(placement, address, lateStart(rules), now, notices);
      case Phase.Running(Address address, _, int failures, String failure) ->
          failures < rules.failures()
              ? same(placement, notices)
              : unhealthy(placement, address, failed(failures, failure), now, notices);
      case Phase.Failing(Address address, String why, Instant again) ->
          now.isBefore(again)
              ? same(placement, notices)
              : kill(
                  placement.inSamePhase(
                      new Phase.Failing(address, why, now.plus(KILL_AGAIN_AFTER))),
                  notices);
      case Phase.Stopping stopping -> awaitEnd(placement, stopping, now, notices);
      case Phase.Over _ -> discard(placement, now, notices);
      case Phase.Preparing _, Phase.Discarding _, Phase.Stopped _, Phase.Releasing _ ->
          same(placement, notices);
    };
  }

  private static Exit lastEnd(Placement placement, Instant now) {
    Exit last = placement.lastExit();
    return last == null ? unseenEnd(now) : last;
  }

  private static Exit unseenEnd(Instant now) {
    return new Exit(
        Cause.START_FAILED, 0, now, "was started once already, and how it ended is not known");
  }

  private static Outcome stopping(
      Placement placement, Wish wish, Rules rules, Instant now, List<Notice> notices) {
    return switch (placement.phase()) {
      case Phase.Idle _ ->
          wish == Wish.DROP
              ? release(placement, now, notices)
              : same(placement.in(new Phase.Stopped(), now), notices);
      case Phase.Starting _, Phase.Running _ ->
          new Outcome(
              placement.in(new Phase.Stopping(now.plus(rules.grace()), false), now),
              List.of(new Step.Terminate()),
              notices);
      case Phase.Failing(_, _, Instant again) ->
          awaitEnd(
              placement.in(new Phase.Stopping(again, true), now),
              new Phase.Stopping(again, true),
              now,
              notices);
      case Phase.Backoff _, Phase.Over _ ->
          wish == Wish.DROP ? release(placement, now, notices) : discard(placement, now, notices);
      case Phase.Stopping stopping -> awaitEnd(placement, stopping, now, notices);
      case Phase.Stopped _ ->
          wish == Wish.DROP ? release(placement, now, notices) : same(placement, notices);
      case Phase.Preparing _, Phase.Discarding _, Phase.Releasing _ -> same(placement, notices);
    };
  }

  private static Outcome awaitEnd(
      Placement placement, Phase.Stopping stopping, Instant now, List<Notice> notices) {
    return now.isBefore(stopping.killAt())
        ? same(placement, notices)
        : kill(
            placement.inSamePhase(new Phase.Stopping(now.plus(KILL_AGAIN_AFTER), true)), notices);
  }

  private static Outcome start(Placement placement, Instant now, List<Notice> notices) {
    Placement beginning = placement.beginning(now);
    return new Outcome(beginning, List.of(new Step.Start(beginning.incarnation())), notices);
  }

  private static Outcome unhealthy(
      Placement placement, Address address, String why, Instant now, List<Notice> notices) {
    notices.add(new Notice(Notice.Kind.UNHEALTHY, placement.incarnation(), why));
    var failing = new Phase.Failing(address, why, now.plus(KILL_AGAIN_AFTER));
    return kill(placement.in(failing, now), notices);
  }

  private static Outcome kill(Placement placement, List<Notice> notices) {
    return new Outcome(placement, List.of(new Step.Kill()), notices);
  }

  private static Outcome release(Placement placement, Instant now, List<Notice> notices) {
    return new Outcome(
        placement.in(new Phase.Releasing(), now), List.of(new Step.Release()), notices);
  }

  private static Outcome discard(Placement placement, Instant now, List<Notice> notices) {
    return new Outcome(
        placement.in(new Phase.Discarding(), now), List.of(new Step.Discard()), notices);
  }

  private static Outcome same(Placement placement, List<Notice> notices) {
    return new Outcome(placement, List.of(), notices);
  }

  private static String lateStart(Rules rules) {
    return "no health check passed within "
        + Words.duration(rules.startDeadline())
        + " of the start; it is started again. Does it listen on $PORT, on all addresses?";
  }

  private static String failed(int failures, String failure) {
    return failures + " health checks failed in a row (" + failure + "); it is started again";
  }
}

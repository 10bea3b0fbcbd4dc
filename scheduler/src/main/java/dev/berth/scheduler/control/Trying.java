package dev.berth.scheduler.control;

import dev.berth.scheduler.campaign.Fleet;
import dev.berth.scheduler.campaign.Tryout;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Trial;
import java.time.Duration;
import java.time.Instant;

/**
 * Carries out a trial's next steps in the working state, twice a second at most. Confined to the
 * control loop.
 */
final class Trying {
  private static final Duration EVERY = Duration.ofMillis(500);

  private final Working working;
  private Instant next;

  /** Nothing is decided before {@code from}: a new leader must first have seen what runs. */
  Trying(Working working, Instant from) {
    this.working = working;
    this.next = from;
  }

  /** When to look again; far away while there is nothing to do. */
  Instant nextLook() {
    return working.state().upkeep().trialUnderWay().isPresent() ? next : Instant.MAX;
  }

  /** While the cluster is held, a trial waits as it is. */
  void conduct(boolean isHeld) {
    Instant now = working.now();
    if (isHeld || now.isBefore(next)) {
      return;
    }
    next = now.plus(EVERY);
    working.state().upkeep().trialUnderWay().ifPresent(this::conduct);
  }

  private void conduct(Trial trial) {
    var fleet = new Fleet(working.state(), working.actual(), _ -> false, working.now());
    for (Tryout.Step step : Tryout.next(trial, fleet)) {
      switch (step) {
        case Tryout.Step.Put(var app, String words) -> {
          working.apply(new Change.PutApp(app));
          if (!words.isEmpty()) {
            tell(
                "app.base-tried",
                Subject.of(app.id()),
                "trial %s: %s".formatted(trial.id(), words));
          }
        }
        case Tryout.Step.End(Trial ended) -> {
          working.apply(new Change.PutTrial(ended));
          tell(
              "trial.ended",
              Subject.cluster(),
              "trial %s of base %s v%d is done: %s"
                  .formatted(
                      ended.id(),
                      ended.course().line(),
                      ended.course().to(),
                      ended.standing().words()));
        }
      }
    }
  }

  private void tell(String kind, Subject subject, String message) {
    working.record(EventDraft.byScheduler(kind, subject, message));
  }
}

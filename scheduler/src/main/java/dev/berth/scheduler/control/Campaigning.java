package dev.berth.scheduler.control;

import dev.berth.scheduler.campaign.Conduct;
import dev.berth.scheduler.campaign.Fleet;
import dev.berth.scheduler.campaign.Move;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * Carries out the campaigns' next moves in the working state, a few times a second at most.
 * Confined to the control loop.
 */
final class Campaigning {
  private static final Duration EVERY = Duration.ofMillis(500);

  private final Working working;
  private Instant next;

  /** Nothing is moved before {@code from}: a new leader must first have seen what runs. */
  Campaigning(Working working, Instant from) {
    this.working = working;
    this.next = from;
  }

  /** When to look again; far away while there is nothing to do. */
  Instant nextLook() {
    return isAnyUnderWay() ? next : Instant.MAX;
  }

  /** While the cluster is held, campaigns wait as they are. */
  void conduct(Predicate<App> isSettled, boolean isHeld) {
    Instant now = working.now();
    if (now.isBefore(next)) {
      return;
    }
    next = now.plus(EVERY);
    if (isHeld) {
      return;
    }
    for (Campaign campaign : working.state().campaigns().values()) {
      if (!campaign.isOver()) {
        var fleet = new Fleet(working.state(), working.actual(), isSettled, now);
        Conduct.next(campaign, fleet).forEach(move -> carryOut(campaign, move));
      }
    }
  }

  boolean isAnyUnderWay() {
    return working.state().campaigns().values().stream().anyMatch(it -> !it.isOver());
  }

  private void carryOut(Campaign campaign, Move move) {
    switch (move) {
      case Move.Forward(App app) -> {
        working.apply(new Change.PutApp(app));
        tell(
            "app.base-moved",
            Subject.of(app.id()),
            "campaign %s: to base %s v%d"
                .formatted(campaign.id(), app.baseLine(), app.release().baseVersion()));
      }
      case Move.Back(App app, String reason) -> {
        working.apply(new Change.PutApp(app));
        tell(
            "app.base-returned",
            Subject.of(app.id()),
            "campaign %s: back to base %s v%d: %s"
                .formatted(campaign.id(), app.baseLine(), app.release().baseVersion(), reason));
      }
      case Move.Turn(Campaign after, String words) -> {
        working.apply(new Change.PutCampaign(after));
        if (!words.isEmpty()) {
          tell("campaign.turned", Subject.cluster(), "campaign %s %s".formatted(after.id(), words));
        }
      }
      case Move.Withdraw(String line, int version) -> withdraw(line, version);
    }
  }

  private void withdraw(String name, int version) {
    BaseLine line = working.state().bases().get(name);
    if (line != null) {
      line.version(version)
          .ifPresent(it -> working.apply(new Change.PutBase(line.with(it.withdrawn(true)))));
    }
  }

  private void tell(String kind, Subject subject, String message) {
    working.record(EventDraft.byScheduler(kind, subject, message));
  }
}

package dev.berth.scheduler.control;

import dev.berth.scheduler.rollout.DeployReview;
import dev.berth.scheduler.rollout.View;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Has deploys take their turns: each whose app was looked at in this pass, and all of them now and
 * then, for what follows from time alone. Confined to the control loop.
 */
final class Deploying {
  private static final Duration EVERY = Duration.ofMillis(500);

  private final Working working;
  private final Set<AppId> seen = new TreeSet<>();
  private Instant next;

  /** Nothing is decided before {@code from}: a new leader must first have seen what runs. */
  Deploying(Working working, Instant from) {
    this.working = working;
    this.next = from;
  }

  /** When to look again; far away while there is nothing to do. */
  Instant nextLook() {
    return working.deploying().isEmpty() ? Instant.MAX : next;
  }

  /** Something of the app was decided anew. */
  void see(AppId app) {
    if (working.deploying().contains(app)) {
      seen.add(app);
    }
  }

  void conduct(Supplier<View> view) {
    if (!working.now().isBefore(next)) {
      next = working.now().plus(EVERY);
      seen.addAll(working.deploying());
    }
    for (AppId id : List.copyOf(seen)) {
      App app = working.state().apps().get(id);
      if (app != null) {
        DeployReview.next(app, view.get())
            .ifPresent(turn -> {
              working.apply(new Change.PutApp(turn.app()));
              working.record(EventDraft.byScheduler(turn.kind(), Subject.of(id), turn.words()));
            });
      }
    }
    seen.clear();
  }
}

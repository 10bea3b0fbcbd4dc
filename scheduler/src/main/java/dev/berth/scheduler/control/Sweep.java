package dev.berth.scheduler.control;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Has everything looked at again now and then, though nothing was heard of it.
 *
 * <p>A round begins every 10 s. A look goes on where the last one left off and takes at most
 * {@value #MAX_AT_ONCE} placements, and one app at least: a large cluster is never looked at as a
 * whole, its round just takes longer. Confined to the control loop.
 */
final class Sweep {
  static final int MAX_AT_ONCE = 10_000;
  private static final Duration EVERY = Duration.ofSeconds(10);

  private final Working working;
  private Instant next;
  private @Nullable AppId last;
  private boolean isUnderWay;

  Sweep(Working working, Instant from) {
    this.working = working;
    this.next = from;
  }

  void look(Instant now) {
    if (!isUnderWay) {
      if (now.isBefore(next)) {
        return;
      }
      next = now.plus(EVERY);
      isUnderWay = true;
      last = null;
      touchOrphans();
    }
    goOn();
  }

  private void goOn() {
    var apps = working.state().apps();
    AppId from = last;
    int looked = 0;
    for (App app : (from == null ? apps : apps.tailMap(from, false)).values()) {
      if (looked >= MAX_AT_ONCE) {
        return;
      }
      working.touch(app);
      looked += 1 + placements(app.id());
      last = app.id();
    }
    isUnderWay = false;
  }

  private int placements(AppId app) {
    int count = 0;
    for (ProcessTypeId type : working.state().placements().typesOf(app)) {
      count += working.state().placements().of(type).size();
    }
    return count;
  }

  /** Placements whose app is gone. */
  private void touchOrphans() {
    for (ProcessTypeId type : working.state().placements().byType().keySet()) {
      if (!working.state().apps().containsKey(type.app())) {
        working.touch(type);
      }
    }
  }
}

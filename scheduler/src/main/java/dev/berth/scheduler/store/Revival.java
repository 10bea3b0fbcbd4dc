package dev.berth.scheduler.store;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Tenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes an old state fit to be led with again: no number that was given since then is given twice.
 *
 * <p>How many were given nobody knows any more, so each counter jumps by more than can have been.
 * The cluster begins held, so that nothing moves before somebody has looked at it.
 */
public final class Revival {
  /** Above every epoch that agents and routers may have seen: a term lasts half a second. */
  public static final long EPOCHS = 1_000_000;

  private static final long PLACEMENTS = 1L << 40;
  private static final int RELEASES = 1000;
  private static final long VERSIONS = 1_000_000;

  /** All events move by as much: what is kept of the history is counted by their numbers. */
  private static final long EVENTS = 1_000_000;

  private Revival() {}

  public static Store.Loaded of(Store.Loaded old, String reason, Instant now) {
    ClusterState state = old.state();
    var changes = new ArrayList<Change>();
    for (Tenant tenant : state.tenants().values()) {
      changes.add(new Change.PutTenant(raised(tenant)));
    }
    for (App app : state.apps().values()) {
      changes.add(new Change.PutApp(raised(app)));
    }
    changes.add(
        new Change.PutFreeze(
            new FreezeOrder.Frozen(new FreezeOrder.Given("operator", reason, now))));
    var history = new ArrayList<HistoryEvent>();
    for (HistoryEvent event : old.history()) {
      history.add(at(event, event.sequence() + EVENTS));
    }
    long last = state.counters().lastEvent() + EVENTS + 1;
    history.add(
        new HistoryEvent(
            last,
            now,
            "cluster.restored",
            Subject.cluster(),
            "operator",
            reason + "; held until: berth admin thaw"));
    return new Store.Loaded(
        state
            .after(changes)
            .withCounters(
                new ClusterState.Counters(state.counters().lastPlacement() + PLACEMENTS, last)),
        List.copyOf(history));
  }

  private static Tenant raised(Tenant tenant) {
    return new Tenant(
        tenant.id(),
        tenant.quota(),
        tenant.egress(),
        tenant.pool(),
        tenant.tokenHash(),
        tenant.version() + VERSIONS,
        tenant.createdAt());
  }

  private static App raised(App app) {
    App.CurrentRelease release = app.release();
    return app.withRelease(
            new App.CurrentRelease(
                release.number(), release.lastNumber() + RELEASES, release.baseVersion()))
        .atVersion(app.version() + VERSIONS);
  }

  private static HistoryEvent at(HistoryEvent event, long sequence) {
    return new HistoryEvent(
        sequence, event.at(), event.kind(), event.subject(), event.actor(), event.message());
  }
}

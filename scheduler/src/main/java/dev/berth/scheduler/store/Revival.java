package dev.berth.scheduler.store;

import com.google.protobuf.Message;
import dev.berth.proto.stored.v1.StoredHistory;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.ClusterState.Floors;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Tenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  /** One takes minutes at the least. */
  private static final long CAMPAIGNS = 100_000;

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
                new ClusterState.Counters(
                    state.counters().lastPlacement() + PLACEMENTS, last, floors(state))),
        List.copyOf(history));
  }

  /** What nobody here knows stays with the events, which have other numbers now. */
  static Map<String, Message> moved(Map<String, Message> foreign) {
    var moved = new HashMap<String, Message>();
    foreign.forEach((path, message) -> {
      if (message instanceof StoredHistory history && history.getEventsCount() > 0) {
        StoredHistory.Builder later = history.toBuilder();
        later.getEventsBuilderList().forEach(it -> it.setSequence(it.getSequence() + EVENTS));
        long segment = later.getEvents(0).getSequence() / Paths.SHARD;
        moved.put(new Paths("").below(new Paths("").history(segment)), later.build());
      } else {
        moved.put(path, message);
      }
    });
    return moved;
  }

  /** Above what any line, and any that was begun since, can have come to. */
  private static Floors floors(ClusterState state) {
    Floors before = state.counters().floors();
    long campaign = Math.max(before.campaign(), state.nextCampaign().number() - 1);
    int base = before.base();
    for (BaseLine line : state.bases().values()) {
      base = Math.max(base, state.nextVersion(line) - 1);
    }
    return new Floors(campaign + CAMPAIGNS, base + BaseLine.MAX_VERSIONS);
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

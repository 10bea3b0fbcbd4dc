package dev.berth.scheduler.api;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Says what the platform's own moves of an app wait for, in words: room, the app's budget, or the
 * cluster's pace. Looks at a snapshot and changes nothing. Pure.
 */
final class Holdups {
  private static final Duration HOUR = Duration.ofHours(1);

  /** A node's instances that are looked at for a reason, at most. */
  private static final int MAX_LOOKED = 1_000;

  private Holdups() {}

  /** Empty if nothing speaks against the next move. */
  static String of(AppId id, Snapshot snapshot) {
    String pending = pending(id, snapshot);
    App app = snapshot.state().apps().get(id);
    return !pending.isEmpty() || app == null ? pending : budget(app, snapshot);
  }

  /** The first reason of an instance that is to leave the node and has no successor yet. */
  static String ofDrain(NodeId node, Snapshot snapshot) {
    int looked = 0;
    Set<AppId> asked = new HashSet<>();
    for (Placement placement : snapshot.state().placements().on(node)) {
      boolean isFirst = placement.isWanted() && asked.add(placement.instance().app());
      String reason = isFirst ? of(placement.instance().app(), snapshot) : "";
      if (!reason.isEmpty()) {
        return placement.instance().app() + ": " + reason;
      }
      if (++looked >= MAX_LOOKED) {
        return "";
      }
    }
    return "";
  }

  /** The first of the app's instances that found no node says why. */
  private static String pending(AppId app, Snapshot snapshot) {
    for (Map.Entry<InstanceId, String> waiting : snapshot.pending().entrySet()) {
      if (waiting.getKey().app().equals(app)) {
        return waiting.getKey().shortName() + ": " + waiting.getValue();
      }
    }
    return "";
  }

  private static String budget(App app, Snapshot snapshot) {
    Budget budget = app.turnover().budget();
    Budget.Window window = budget.window();
    if (window != null && !budget.isOpen(snapshot.at())) {
      return "it may be moved from %s UTC only".formatted(window.words());
    }
    if (budget.movesPerHour() > 0 && placedWithin(app, HOUR, snapshot) >= budget.movesPerHour()) {
      return "its budget of %d moves an hour is spent".formatted(budget.movesPerHour());
    }
    if (placedWithin(app, budget.minBetween(), snapshot) > 0) {
      return "its instances are left alone for %d s after they were placed"
          .formatted(budget.minBetween().toSeconds());
    }
    if (snapshot.movesLeft() > 0) {
      return budget.coordinator() == null ? "" : coordinator(app.id(), snapshot);
    }
    return "the cluster has begun as many moves as it may in a second (moves.per-second)";
  }

  private static String coordinator(AppId app, Snapshot snapshot) {
    for (Map.Entry<PlacementId, Consent> each : snapshot.consents().entrySet()) {
      Placement placement = snapshot.state().placements().byId().get(each.getKey());
      if (placement != null && placement.instance().app().equals(app)) {
        switch (each.getValue().standing()) {
          case ASKED -> {
            return "its coordinator was asked about " + placement.instance().shortName();
          }
          case DENIED -> {
            return placement.instance().shortName() + ": " + each.getValue().words();
          }
          case ALLOWED -> {} // it goes now
        }
      }
    }
    return "";
  }

  private static int placedWithin(App app, Duration time, Snapshot snapshot) {
    int placed = 0;
    for (ProcessTypeId type : snapshot.state().placements().typesOf(app.id())) {
      for (Placement placement : snapshot.state().placements().of(type)) {
        boolean isWithin = placement.since().plus(time).isAfter(snapshot.at());
        placed += placement.isWanted() && isWithin && !type.isShadow() ? 1 : 0;
      }
    }
    return placed;
  }
}

package dev.berth.simulation.check;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.store.Ensemble;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * S22: what the platform moves for its own reasons (drains without a deadline that is over,
 * rebalancing) is moved within its app's window, not sooner than the app allows after it was
 * placed, and no more often in an hour.
 */
final class BudgetsHold extends Invariant {
  private static final Duration HOUR = Duration.ofHours(1);

  private final Makings makings = new Makings();
  private final Map<AppId, Integer> justMoved = new HashMap<>();
  private Instant justNow = Instant.EPOCH;

  BudgetsHold(Cluster cluster) {
    super(cluster);
  }

  /** Did the leader place it to even nodes out? */
  static boolean isForBalance(HistoryEvent event) {
    return event.kind().equals("instance.placed")
        && (event.message().contains(" on average") || event.message().contains(" two more of "));
  }

  private static boolean isMove(HistoryEvent event) {
    return isForBalance(event)
        || (event.kind().equals("instance.placed") && event.message().contains(" is drained"));
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Committed(Ensemble.Commit commit)) {
      makings.committed(commit);
      for (Change change : commit.write().changes()) {
        if (change instanceof Change.AddEvent(HistoryEvent event)) {
          Makings.Making making = makings.take(event);
          if (making != null && isMove(event)) {
            moved(making.before(), making.placement(), event);
          }
        }
      }
    }
  }

  private void moved(ClusterState state, Placement placed, HistoryEvent event) {
    AppId id = placed.instance().app();
    App app = state.apps().get(id);
    Placement old = old(state, placed);
    Instant now = placed.since();
    if (app == null || old == null || isOverdue(state, old, now)) {
      return;
    }
    Budget budget = app.turnover().budget();
    require(budget.isOpen(now), "%s was moved outside its window: %s", id, event.message());
    require(
        old.since().isAfter(now) || !now.isBefore(old.since().plus(budget.minBetween())),
        "%s was moved %s after it was placed: %s",
        placed.instance(),
        Duration.between(old.since(), now),
        event.message());
    int lately = lately(state, id, now) + movedInThisPass(id, now);
    require(
        budget.movesPerHour() == 0 || lately < budget.movesPerHour(),
        "%s was moved with %d placements in the last hour of %d allowed: %s",
        id,
        lately,
        budget.movesPerHour(),
        event.message());
  }

  /**
   * The only other placement of the instance. One of several, some of which may be told to leave in
   * the same pass, is replaced already: the second replacement makes good for the first.
   */
  private static @Nullable Placement old(ClusterState state, Placement placed) {
    Placement found = null;
    for (Placement other : state.placements().of(placed.instance().type())) {
      if (other.instance().equals(placed.instance())) {
        boolean isLeftJustNow = !other.isWanted() && other.since().equals(placed.since());
        if (isLeftJustNow || (other.isWanted() && found != null)) {
          return null;
        }
        found = other.isWanted() ? other : found;
      }
    }
    return found;
  }

  private static boolean isOverdue(ClusterState state, Placement old, Instant now) {
    KnownNode node = state.nodes().get(old.node());
    NodePolicy.Drain drain = node == null ? null : node.policy().drain();
    return drain != null && drain.isOver(now);
  }

  /** Before this one. */
  private int movedInThisPass(AppId app, Instant now) {
    if (!now.equals(justNow)) {
      justNow = now;
      justMoved.clear();
    }
    return justMoved.merge(app, 1, Integer::sum) - 1;
  }

  /** What the same pass has placed for other reasons was not there when it was decided. */
  private static int lately(ClusterState state, AppId app, Instant now) {
    int lately = 0;
    for (ProcessTypeId type : state.placements().typesOf(app)) {
      for (Placement placement : state.placements().of(type)) {
        boolean isLate =
            placement.since().isBefore(now) && placement.since().plus(HOUR).isAfter(now);
        lately += placement.isWanted() && isLate && !type.isShadow() ? 1 : 0;
      }
    }
    return lately;
  }
}

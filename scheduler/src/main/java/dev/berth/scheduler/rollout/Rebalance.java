package dev.berth.scheduler.rollout;

import dev.berth.scheduler.placement.Balance;
import dev.berth.scheduler.placement.NodeIndex;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.rollout.Departures.Choice;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * Says which running instances are moved to even the nodes out, by state and time alone: first such
 * as mend the spread over zones, then such as leave full nodes for emptier ones.
 *
 * <p>Touches no app that is being replaced for another reason, and none whose budget says no.
 */
public final class Rebalance {
  /** A move whose new instance does not stand by then is undone. */
  public static final Duration UNDONE_AFTER = Duration.ofMinutes(10);

  private Rebalance() {}

  /**
   * What is asked of one round.
   *
   * @param margin in hundredths of a percent
   * @param most so many moves at most
   * @param rest how long an instance must have been where it is
   * @param mayMove which apps may be touched now
   * @param mayTake which nodes may take instances of fuller ones
   * @param after where the last round's look at the zones ended; null to begin at the first
   */
  public record Asked(
      int margin,
      int most,
      Duration rest,
      Predicate<ProcessTypeId> mayMove,
      Predicate<NodeId> mayTake,
      @Nullable ProcessTypeId after) {}

  /** What came of a round: the moves, and where the next one's look at the zones begins. */
  public record Round(List<Balance.Better> moves, @Nullable ProcessTypeId after) {}

  /** Nodes that are emptier than their like; only some of them need be asked for more. */
  public static List<NodeId> emptier(View view, NodeIndex index, int margin) {
    return new Balance(
            index, view.state(), new Balance.Wishes(margin, 0, _ -> false, (_, _) -> false))
        .emptier();
  }

  public static Round next(View view, NodeIndex index, Placer placer, Asked asked) {
    var wishes =
        new Balance.Wishes(
            asked.margin(),
            asked.most(),
            placement -> mayMove(placement, view, asked),
            (placement, node) -> hasImage(placement, node, view));
    var balance = new Balance(index, view.state(), wishes);
    ProcessTypeId after = balance.mendZones(asked.after(), placer);
    balance.even(asked.mayTake());
    return new Round(balance.found(), after);
  }

  private static boolean mayMove(Placement placement, View view, Asked asked) {
    ProcessTypeId type = placement.instance().type();
    App app = view.state().apps().get(type.app());
    return app != null
        && !app.isLeaving()
        && app.turnover().underWay() == null
        && placement.isWanted()
        && !type.name().equals(ProcessType.RELEASE)
        && !type.isShadow()
        && !view.isLost(placement)
        && !view.mustGo(placement)
        && view.isServing(placement)
        && view.hasPassed(placement.since(), asked.rest())
        && asked.mayMove().test(type)
        && canSurge(app, type)
        && new Moves(view, app).mayTake(placement);
  }

  /** No instance is stopped before its replacement runs, only to even nodes out. */
  private static boolean canSurge(App app, ProcessTypeId type) {
    Formation formation = app.formation().get(type.name());
    return formation != null && app.turnover().policy().surgeOf(formation.count()) > 0;
  }

  private static boolean hasImage(Placement placement, NodeId node, View view) {
    return view.state()
        .base(placement.wanted().baseLine(), placement.wanted().baseVersion())
        .map(BaseVersion::digest)
        .map(digest -> view.actual().isHolding(node, digest))
        .orElse(false);
  }

  /**
   * Moves that go on: begun, and not for too long. What was chosen but did not begin (a budget, or
   * room, was gone by then) is chosen anew or not at all.
   */
  public static TreePMap<PlacementId, Choice> goOn(
      TreePMap<PlacementId, Choice> chosen, View view) {
    TreePMap<PlacementId, Choice> left = chosen;
    for (PlacementId id : chosen.keySet()) {
      Placement placement = view.state().placements().byId().get(id);
      Placement successor = placement == null ? null : successor(placement, view.state());
      boolean goesOn =
          successor != null
              && !view.isLost(successor)
              && !view.hasPassed(successor.since(), undoneAfter(successor, view.state()));
      left = goesOn ? left : left.minus(id);
    }
    return left;
  }

  private static Duration undoneAfter(Placement placement, ClusterState state) {
    App app = state.apps().get(placement.instance().app());
    return app == null ? UNDONE_AFTER : UNDONE_AFTER.plus(app.turnover().policy().minHealthy());
  }

  /** Whether it has a successor beside it. */
  public static boolean isBegun(Placement placement, ClusterState state) {
    return successor(placement, state) != null;
  }

  /** The same instance, made of the same, placed later on a node that is not to be left. */
  private static @Nullable Placement successor(Placement placement, ClusterState state) {
    if (!placement.isWanted()) {
      return null;
    }
    Placement newest = null;
    for (Placement other : state.placements().of(placement.instance().type())) {
      if (isSuccessor(other, placement)) {
        newest = other;
      }
    }
    return newest;
  }

  private static boolean isSuccessor(Placement other, Placement placement) {
    return other.isWanted()
        && other.instance().equals(placement.instance())
        && other.wanted().equals(placement.wanted())
        && other.id().compareTo(placement.id()) > 0;
  }

  /** For a leader that takes over: moves that the last one had begun. */
  public static TreePMap<PlacementId, Choice> begun(ClusterState state) {
    TreePMap<PlacementId, Choice> begun = TreePMap.empty();
    for (Map.Entry<ProcessTypeId, TreePMap<PlacementId, Placement>> type :
        state.placements().byType().entrySet()) {
      App app = state.apps().get(type.getKey().app());
      Formation formation = app == null ? null : app.formation().get(type.getKey().name());
      if (formation != null && type.getValue().size() > formation.count()) {
        begun = begun.plusAll(pairs(type.getValue().values()));
      }
    }
    return begun;
  }

  private static Map<PlacementId, Choice> pairs(Collection<Placement> oldestFirst) {
    Map<Integer, Placement> oldest = new HashMap<>();
    Map<PlacementId, Choice> pairs = new HashMap<>();
    for (Placement placement : oldestFirst) {
      if (placement.isWanted()) {
        Placement first = oldest.putIfAbsent(placement.instance().index(), placement);
        if (first != null && isSuccessor(placement, first)) {
          pairs.put(first.id(), new Choice(placement.node(), "a move that was begun goes on"));
        }
      }
    }
    return pairs;
  }
}

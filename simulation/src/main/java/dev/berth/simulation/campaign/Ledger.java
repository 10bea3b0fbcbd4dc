package dev.berth.simulation.campaign;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.Placement;
import dev.berth.simulation.world.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Books every move that is committed and says when one breaks a budget, a node's capacity, or the
 * rule that of an index at most one runs beside the one that it replaces.
 *
 * <p>Each commit is looked at once, so a check costs as much as what changed. Here only the
 * platform moves anything: for the campaign, or to even nodes out. Confined to the world's thread.
 */
final class Ledger {
  private static final Duration HOUR = Duration.ofHours(1);

  private final Map<String, Crew> crews;
  private final boolean isEmergency;
  private final Map<AppId, Deque<Instant>> moves = new HashMap<>();
  private final Map<InstanceId, Instant> placedAt = new HashMap<>();
  private final int instances;
  private int left;
  private int wanted;
  private int mostOpen;
  private int passedOver;

  Ledger(ClusterState laid, Map<String, Crew> crews, boolean isEmergency) {
    this.crews = crews;
    this.isEmergency = isEmergency;
    this.instances = laid.placements().byId().size();
    this.left = instances;
    this.wanted = instances;
    for (Placement placement : laid.placements().byId().values()) {
      crew(placement).placed(placement.instance().index(), 1);
      crew(placement).old(placement.instance().index(), 1);
      if (isRestAsked(laid, placement)) {
        placedAt.put(placement.instance(), placement.since());
      }
    }
  }

  /** Instances that do not run on the old version any more, or only until they have stopped. */
  int moved() {
    return instances - left;
  }

  /** Replacements under way. */
  int open() {
    return wanted - instances;
  }

  int mostOpen() {
    return mostOpen;
  }

  /** Moves that the app's budget would not have allowed at that time. */
  int passedOver() {
    return passedOver;
  }

  void committed(ClusterState before, List<Change> changes, ClusterState after) {
    Set<NodeId> nodes = new LinkedHashSet<>();
    for (Change change : changes) {
      if (change instanceof Change.PutPlacement(Placement placement)) {
        if (placement.isWanted()) {
          placed(after, placement);
          nodes.add(placement.node());
        } else {
          left(before, placement);
        }
      }
    }
    nodes.forEach(node -> capacity(after, node));
    mostOpen = Math.max(mostOpen, open());
  }

  private void placed(ClusterState state, Placement placement) {
    wanted++;
    if (isOld(placement)) { // evened out meanwhile
      left += crew(placement).old(placement.instance().index(), 1) == 1 ? 1 : 0;
    }
    int twice = crew(placement).placed(placement.instance().index(), 1);
    if (twice > 2) {
      throw new Violation(
          "NoIndexRunsTwice", "%s is placed %d times".formatted(placement.instance(), twice));
    }
    App app = state.apps().get(placement.instance().app());
    if (app == null) {
      throw new Violation("BudgetsHold", placement.instance() + " is of no app");
    }
    String broken = broken(app, placement);
    passedOver += broken.isEmpty() ? 0 : 1;
    if (!broken.isEmpty() && !isEmergency) {
      throw new Violation("BudgetsHold", placement.instance() + " was moved " + broken);
    }
  }

  /** Books the move; what speaks against it, if anything. */
  private String broken(App app, Placement placement) {
    Budget budget = app.turnover().budget();
    Instant now = placement.since();
    String broken = budget.isOpen(now) ? "" : "outside its window";
    if (budget.movesPerHour() > 0) {
      Deque<Instant> lately = moves.computeIfAbsent(app.id(), _ -> new ArrayDeque<>());
      while (!lately.isEmpty() && !lately.getFirst().plus(HOUR).isAfter(now)) {
        lately.removeFirst();
      }
      broken = lately.size() < budget.movesPerHour() ? broken : "too often in an hour";
      lately.addLast(now);
    }
    if (!budget.minBetween().isZero()) {
      Instant last = placedAt.put(placement.instance(), now);
      boolean isRested = last == null || !now.isBefore(last.plus(budget.minBetween()));
      broken = isRested ? broken : "too soon after it was placed";
    }
    return broken;
  }

  private void left(ClusterState before, Placement placement) {
    Placement was = before.placements().byId().get(placement.id());
    if (was == null || was.isWanted()) {
      wanted--;
      crew(placement).placed(placement.instance().index(), -1);
      if (isOld(placement)) {
        left -= crew(placement).old(placement.instance().index(), -1) == 0 ? 1 : 0;
      }
    }
  }

  private static boolean isOld(Placement placement) {
    return placement.wanted().baseVersion() == 1;
  }

  private static void capacity(ClusterState state, NodeId id) {
    KnownNode node = state.nodes().get(id);
    Capacity booked = state.placements().bookedOn(id);
    if (node == null
        || !NodePool.standard(NodePool.DEFAULT).promises(node.capacity()).holds(booked)) {
      throw new Violation(
          "NodesHoldNoMoreThanTheyHave", "%s was given %s of %s".formatted(id, booked, node));
    }
  }

  private static boolean isRestAsked(ClusterState state, Placement placement) {
    App app = state.apps().get(placement.instance().app());
    return app != null && !app.turnover().budget().minBetween().isZero();
  }

  private Crew crew(Placement placement) {
    Crew crew = crews.get(placement.instance().type().toString());
    if (crew == null) {
      throw new IllegalStateException("nobody knows " + placement.instance());
    }
    return crew;
  }
}

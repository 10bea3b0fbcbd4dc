package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Wanted;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings one process type nearer to its formation, release, size and restarts, and off nodes that
 * it is to leave.
 *
 * <p>Looks only at what is wanted and what is: a lost or repeated event changes nothing. A
 * replacement starts before the replaced one leaves, unless the app allows one to be unavailable,
 * and leaves it alone if it does not become healthy. What is not known (an agent not heard of yet)
 * is never taken for "not there".
 */
public final class Rollout {
  private final View view;
  private final Goal goal;
  private final Moves moves;
  private final List<NextStep> steps = new ArrayList<>();
  private @Nullable Wanted uniform;
  private boolean isSettled = true;
  private int replacing;
  private int down;
  private int stopped;

  private Rollout(View view, Goal goal) {
    this.view = view;
    this.goal = goal;
    this.moves = new Moves(view, goal.app());
  }

  public static Plan plan(ProcessTypeId type, View view) {
    if (type.isShadow()) {
      return new Shadowing(view, type).plan();
    }
    var rollout = new Rollout(view, Goal.of(view.state(), type));
    rollout.decide();
    return new Plan(rollout.steps, rollout.isSettled, rollout.stopped, rollout.moves.asks());
  }

  private void decide() {
    // By index, from 0; a large process type is looked at often, so no map.
    var byIndex = new ArrayList<List<Placement>>(Collections.nCopies(goal.count() + 1, List.of()));
    var surplus = new TreeMap<Integer, List<Placement>>();
    for (Placement placement : view.state().placements().of(goal.type())) {
      switch (placement.intent()) {
        case RUN -> {
          int index = placement.instance().index();
          if (index <= goal.count()) {
            byIndex.set(index, with(byIndex.get(index), placement));
          } else {
            surplus.merge(index, List.of(placement), (all, _) -> with(all, placement));
          }
        }
        case DRAINING -> drain(placement);
        case STOPPING -> forget(placement);
      }
    }
    for (List<Placement> all : surplus.values()) {
      all.forEach(placement -> leave(placement, goal.words()));
      replacing += all.size() > 1 ? 1 : 0;
    }
    for (List<Placement> all : byIndex) {
      replacing += all.size() > 1 ? 1 : 0;
    }
    down = goal.unavailable() == 0 ? 0 : goal.count() - serving(byIndex);
    for (int index = 1; index <= goal.count(); index++) {
      List<Placement> placements = byIndex.get(index);
      if (goal.isOnce()) {
        once(index, placements);
      } else {
        instance(index, placements);
      }
    }
  }

  private static List<Placement> with(List<Placement> some, Placement another) {
    if (some.isEmpty()) {
      return List.of(another);
    }
    var all = new ArrayList<>(some);
    all.add(another);
    return all;
  }

  private int serving(List<List<Placement>> byIndex) {
    int serving = 0;
    for (List<Placement> placements : byIndex) {
      serving += placements.stream().anyMatch(view::isServing) ? 1 : 0;
    }
    return serving;
  }

  /** Never twice: whether it is to be tried again is for others to say. */
  private void once(int index, List<Placement> placements) {
    isSettled = false;
    Wanted wanted = goal.wanted(index);
    if (placements.isEmpty()) {
      steps.add(start(index, wanted, "release v%d".formatted(wanted.release())));
    }
    for (Placement placement : placements) {
      if (placement.wanted().release() != wanted.release()) {
        leave(placement, "another release came");
      }
    }
  }

  private Wanted wanted(int index) {
    if (!goal.isUniform()) {
      return goal.wanted(index);
    }
    if (uniform == null) {
      uniform = goal.wanted(index);
    }
    return uniform;
  }

  private void instance(int index, List<Placement> placements) {
    Wanted wanted = wanted(index);
    Placement target = null;
    Placement fallback = null;
    for (Placement placement : placements) {
      if (placement.wanted().equals(wanted) && !view.isLost(placement) && !view.mustGo(placement)) {
        target = better(target, placement);
      } else {
        fallback = better(fallback, placement);
      }
    }
    // Asked last and only while it matters: it is a search among all that is known.
    isSettled = isSettled && target != null && fallback == null && view.isServing(target);
    int staying = placements.size();
    for (Placement placement : placements) {
      if (!placement.equals(target) && !placement.equals(fallback) && view.isNodeKnown(placement)) {
        leave(placement, "one of several for this instance");
        staying--;
      }
    }
    if (target != null) {
      if (fallback != null) {
        replace(target, fallback);
      }
    } else if (fallback == null) {
      steps.add(start(index, wanted, goal.words()));
    } else if (staying == 1 && !(view.isHeld(fallback) && fallback.wanted().equals(wanted))) {
      open(index, fallback, wanted, placements.size() > 1);
    }
  }

  /** Begins a replacement if the app can bear one; {@code isOpen} if it is counted already. */
  private void open(int index, Placement old, Wanted wanted, boolean isOpen) {
    boolean maySurge = replacing < goal.surge();
    boolean isLate = view.isPastDeadline(old);
    if (!isOpen && !maySurge && goal.unavailable() == 0 && !isLate && !view.isLost(old)) {
      return; // as for most while a large process type moves
    }
    NodeId to = old.wanted().equals(wanted) ? view.chosenFor(old) : null;
    if (to != null && (isOpen || replacing >= goal.surge())) {
      return; // nobody is stopped for that, and no third is started
    }
    if ((view.isLost(old) && !view.isHeld(old)) || isOpen) {
      replacing += isOpen ? 0 : 1;
      steps.add(start(index, wanted, why(old, wanted)));
      return;
    }
    boolean isPlatforms = moves.isPlatforms(old, wanted);
    if (isHeldBack(old, wanted) && !isLate) {
      return;
    }
    boolean mayStop = goal.unavailable() > 0 && (down < goal.unavailable() || isDown(old));
    if (!isLate && !maySurge && !mayStop) {
      return;
    }
    if (!isLate && isPlatforms && !moves.mayTake(old)) {
      return;
    }
    if (!isLate && isPlatforms && !moves.isAgreed(old)) {
      replacing += moves.isAsked(old) && maySurge ? 1 : 0; // no more are asked than may go
      return;
    }
    if (!isLate && isPlatforms) {
      moves.take();
    }
    String cause = why(old, wanted);
    if (isLate) {
      leave(old, "the drain of node %s has come to its deadline".formatted(old.node()));
    }
    if (isLate || maySurge) {
      replacing++;
      steps.add(
          new NextStep.Start(goal.instance(index), wanted, cause, to, isPlatforms && !isLate));
    } else {
      down += view.isServing(old) ? 1 : 0;
      stopped += isPlatforms ? 1 : 0;
      leave(old, cause + "; the app allows it to be unavailable meanwhile");
    }
  }

  /** A new leader does not know yet what routers serve; what runs may well be served. */
  private boolean isDown(Placement placement) {
    return view.isNodeKnown(placement) && !view.isRunning(placement);
  }

  private boolean isHeldBack(Placement old, Wanted wanted) {
    return goal.isPaused() && old.wanted().release() != wanted.release();
  }

  private NextStep start(int index, Wanted wanted, String cause) {
    return new NextStep.Start(goal.instance(index), wanted, cause, null, false);
  }

  private void replace(Placement target, Placement fallback) {
    if (view.isServing(target) && view.isProven(target, goal.minHealthy())) {
      leave(fallback, "replaced by %s on %s".formatted(target.id(), target.node()));
    } else if (view.isPastDeadline(fallback)) {
      leave(fallback, "the drain of node %s has come to its deadline".formatted(fallback.node()));
    }
  }

  private Placement better(@Nullable Placement one, Placement other) {
    return one == null || rank(other) > rank(one) ? other : one;
  }

  /**
   * What requests reach is kept, also on a node that is lost: its container may well run on. Of
   * equals the older one stays: it comes first. What is to be gone by now goes, whatever it does.
   */
  private int rank(Placement placement) {
    if (view.isPastDeadline(placement)) {
      return -1;
    }
    return (view.isServing(placement) ? 4 : 0)
        + (view.isRunning(placement) ? 2 : 0)
        + (view.isLost(placement) ? 0 : 1);
  }

  private void leave(Placement placement, String cause) {
    isSettled = false;
    steps.add(
        View.isWeb(placement)
            ? new NextStep.Withdraw(placement, cause)
            : new NextStep.Stop(placement, cause));
  }

  private void drain(Placement placement) {
    isSettled = false;
    if (view.isOffRoutes(placement)) {
      steps.add(new NextStep.Stop(placement, "no router leads to it any more"));
    } else if (view.hasDrainedLongEnough(placement)) {
      steps.add(new NextStep.Stop(placement, "a router did not let go of it in time"));
    }
  }

  private void forget(Placement placement) {
    isSettled = false;
    if (view.isStopped(placement) && view.isOffRoutes(placement)) {
      steps.add(new NextStep.Forget(placement, "stopped"));
    } else if (view.isLost(placement)) {
      steps.add(new NextStep.Forget(placement, "its node is lost"));
    }
  }

  private String why(Placement old, Wanted wanted) {
    Wanted was = old.wanted();
    if (view.isLost(old) && !view.isHeld(old)) {
      return "node %s is lost".formatted(old.node());
    }
    if (was.release() != wanted.release()) {
      return "release v%d".formatted(wanted.release());
    }
    if (was.baseVersion() != wanted.baseVersion()) {
      return "base %s v%d".formatted(wanted.baseLine(), wanted.baseVersion());
    }
    if (was.equals(wanted)) {
      return view.whyItMustGo(old);
    }
    return was.size().equals(wanted.size()) ? "restart" : "size " + wanted.size();
  }
}

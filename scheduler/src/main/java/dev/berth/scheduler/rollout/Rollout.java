package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Wanted;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings one process type nearer to its formation, release, size and restarts.
 *
 * <p>Looks only at what is wanted and what is: a lost or repeated event changes nothing. A
 * replacement starts before the replaced one leaves, and leaves it alone if it does not become
 * healthy. What is not known (an agent not heard of yet) is never taken for "not there".
 */
public final class Rollout {
  private final View view;
  private final Goal goal;
  private final List<NextStep> steps = new ArrayList<>();
  private boolean isSettled = true;

  private Rollout(View view, Goal goal) {
    this.view = view;
    this.goal = goal;
  }

  public static Plan plan(ProcessTypeId type, View view) {
    var rollout = new Rollout(view, Goal.of(view.state(), type));
    rollout.decide();
    return new Plan(rollout.steps, rollout.isSettled);
  }

  private void decide() {
    var byIndex = new TreeMap<Integer, List<Placement>>();
    for (Placement placement : view.state().placements().of(goal.type())) {
      switch (placement.intent()) {
        case RUN ->
            byIndex
                .computeIfAbsent(placement.instance().index(), _ -> new ArrayList<>())
                .add(placement);
        case DRAINING -> drain(placement);
        case STOPPING -> forget(placement);
      }
    }
    for (List<Placement> surplus : byIndex.tailMap(goal.count(), false).values()) {
      surplus.forEach(placement -> leave(placement, goal.words()));
    }
    int replacing = (int) byIndex.values().stream().filter(all -> all.size() > 1).count();
    for (int index = 1; index <= goal.count(); index++) {
      List<Placement> placements = byIndex.getOrDefault(index, List.of());
      replacing += instance(index, placements, replacing < goal.surge());
    }
  }

  /** Returns 1 if it opened a replacement. */
  private int instance(int index, List<Placement> placements, boolean mayReplace) {
    Wanted wanted = goal.wanted(index);
    Placement target = null;
    Placement fallback = null;
    for (Placement placement : placements) {
      if (placement.wanted().equals(wanted) && !view.isLost(placement)) {
        target = better(target, placement);
      } else {
        fallback = better(fallback, placement);
      }
    }
    settle(target, fallback);
    int staying = placements.size();
    for (Placement placement : placements) {
      if (!placement.equals(target) && !placement.equals(fallback) && view.isNodeKnown(placement)) {
        leave(placement, "one of several for this instance");
        staying--;
      }
    }
    if (target != null) {
      replace(target, fallback);
      return 0;
    }
    if (fallback == null) {
      steps.add(new NextStep.Start(goal.instance(index), wanted, goal.words()));
      return 0;
    }
    boolean isOpen = placements.size() > 1;
    if (view.isHeld(fallback) && fallback.wanted().equals(wanted)) {
      return 0;
    }
    if (staying == 1 && (view.isLost(fallback) || mayReplace || isOpen)) {
      steps.add(new NextStep.Start(goal.instance(index), wanted, why(fallback, wanted)));
      return isOpen ? 0 : 1;
    }
    return 0;
  }

  private void settle(@Nullable Placement target, @Nullable Placement fallback) {
    isSettled &= target != null && fallback == null && view.isServing(target);
  }

  private void replace(Placement target, @Nullable Placement fallback) {
    if (fallback != null && view.isServing(target)) {
      leave(fallback, "replaced by %s on %s".formatted(target.id(), target.node()));
    }
  }

  private Placement better(@Nullable Placement one, Placement other) {
    return one == null || rank(other) > rank(one) ? other : one;
  }

  /**
   * What requests reach is kept, also on a node that is lost: its container may well run on. Of
   * equals the older one stays: it comes first.
   */
  private int rank(Placement placement) {
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
    if (view.isLost(old)) {
      return "node %s is lost".formatted(old.node());
    }
    if (was.release() != wanted.release()) {
      return "release v%d".formatted(wanted.release());
    }
    if (was.baseVersion() != wanted.baseVersion()) {
      return "base %s v%d".formatted(wanted.baseLine(), wanted.baseVersion());
    }
    return was.size().equals(wanted.size()) ? "restart" : "size " + wanted.size();
  }
}

package dev.berth.simulation.run;

import dev.berth.simulation.schedule.Act;
import dev.berth.simulation.schedule.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Leaves out of a plan what is not needed for the failure: halves, then quarters, and so on, as
 * long as the same invariant is broken. Bounded in tries.
 */
final class Shrinking {
  private final Function<Plan, Run.Result> run;
  private final String invariant;
  private int tries;
  private Run.Result smallest;

  private Shrinking(Function<Plan, Run.Result> run, Run.Result failed, int tries) {
    this.run = run;
    this.smallest = failed;
    this.invariant = failed.violation().orElseThrow().invariant();
    this.tries = tries;
  }

  static Run.Result of(Run.Result failed, Function<Plan, Run.Result> run, int tries) {
    var shrinking = new Shrinking(run, failed, tries);
    shrinking.shrink();
    return shrinking.smallest;
  }

  private void shrink() {
    shorten();
    int parts = 2;
    while (parts <= 2 * acts().size() && tries > 0) {
      int size = Math.max(1, acts().size() / parts);
      boolean isSmaller = false;
      for (int from = 0; from < acts().size() && tries > 0; ) {
        if (fails(without(from, Math.min(acts().size(), from + size)))) {
          isSmaller = true;
        } else {
          from += size;
        }
      }
      if (size == 1 && !isSmaller) {
        return;
      }
      parts = isSmaller ? Math.max(2, parts) : 2 * parts;
    }
  }

  /** What comes after the failure has not led to it. */
  private void shorten() {
    List<Act> until = new ArrayList<>(acts());
    until.removeIf(act -> act.at() > smallest.micros());
    fails(until);
  }

  private List<Act> acts() {
    return smallest.plan().acts();
  }

  private List<Act> without(int from, int to) {
    List<Act> fewer = new ArrayList<>(acts().subList(0, from));
    fewer.addAll(acts().subList(to, acts().size()));
    return fewer;
  }

  private boolean fails(List<Act> fewer) {
    if (fewer.size() >= acts().size()) {
      return false;
    }
    tries--;
    Run.Result result = run.apply(smallest.plan().with(fewer));
    boolean same = result.violation().filter(it -> it.invariant().equals(invariant)).isPresent();
    if (same) {
      smallest = result;
    }
    return same;
  }
}

package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Wanted;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Shadow;
import dev.berth.scheduler.state.Sizes;
import dev.berth.scheduler.state.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Has the shadow instances of one app that its trial wants, and no others.
 *
 * <p>One that is not as wanted, or whose node it must leave, stops before another starts: nothing
 * depends on it. None runs beside a deploy, which would be judged with it. Confined to one plan.
 */
final class Shadowing {
  private final View view;
  private final ProcessTypeId type;
  private final Map<Integer, Wanted> wanted;

  Shadowing(View view, ProcessTypeId type) {
    this.view = view;
    this.type = type;
    this.wanted = wanted();
  }

  Plan plan() {
    var steps = new ArrayList<NextStep>();
    var missing = new TreeMap<>(wanted);
    for (Placement placement : view.state().placements().of(type)) {
      Wanted whole = wanted.get(placement.instance().index());
      boolean isSecond = missing.remove(placement.instance().index()) == null;
      switch (placement.intent()) {
        case RUN, DRAINING -> {
          boolean isOut = view.isLost(placement) || view.mustGo(placement);
          if (isSecond || isOut || !placement.wanted().equals(whole)) {
            steps.add(new NextStep.Stop(placement, "its trial does not want it any more"));
          }
        }
        case STOPPING -> {
          if (view.isStopped(placement) || view.isLost(placement)) {
            steps.add(new NextStep.Forget(placement, "stopped"));
          }
        }
      }
    }
    missing.forEach((index, whole) ->
        steps.add(
            new NextStep.Start(
                new InstanceId(type, index),
                whole,
                "trial of base %s v%d".formatted(whole.baseLine(), whole.baseVersion()),
                null,
                false)));
    boolean isSettled = wanted.isEmpty() && view.state().placements().of(type).isEmpty();
    return new Plan(steps, isSettled, 0, List.of());
  }

  private Map<Integer, Wanted> wanted() {
    App app = view.state().apps().get(type.app());
    Shadow shadow = app == null || app.isLeaving() ? null : app.baseCourse().shadow();
    Trial trial = shadow == null ? null : view.state().upkeep().trials().get(shadow.trial());
    if (app == null
        || shadow == null
        || trial == null
        || trial.isOver()
        || app.turnover().underWay() != null) {
      return Map.of();
    }
    Release release = view.state().currentRelease(app).orElse(null);
    var indexes = new TreeMap<Integer, Wanted>();
    shadow
        .types()
        .forEach((name, tried) -> {
          int index = release == null ? 0 : Shadow.index(release, name);
          if (tried.outcome() == Shadow.Outcome.UNDER_WAY && index > 0) {
            Formation formation = app.formation().get(name);
            String size = formation == null ? Sizes.DEFAULT.name() : formation.size();
            indexes.put(
                index,
                new Wanted(
                    app.release().number(), trial.course().line(), trial.course().to(), size, 0));
          }
        });
    return indexes;
  }
}

package dev.berth.scheduler.control;

import dev.berth.scheduler.admission.Admission;
import dev.berth.scheduler.admission.Request;
import dev.berth.scheduler.admission.Verdict;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.rollout.Brake;
import dev.berth.scheduler.rollout.Rollout;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.rollout.View;
import dev.berth.scheduler.routes.Progress;
import dev.berth.scheduler.routes.RouteTable;
import dev.berth.scheduler.routes.Routing;
import dev.berth.scheduler.routes.Step;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * What a command would do, by the very code that would do it, on a copy of the last committed
 * state.
 *
 * <p>In the copy every agent obeys at once and every start succeeds. Nothing of it reaches the loop
 * or the store. Makes an index of the whole cluster, so it takes as long as that. Thread-safe.
 */
public final class Planner {
  private static final int MAX_STEPS = 10_000;

  private final ClusterSettings settings;
  private final Placer placer;

  public Planner(ClusterSettings settings, Placer placer) {
    this.settings = settings;
    this.placer = placer;
  }

  /** What would come of it. */
  public sealed interface Forecast {
    record Refused(Outcome.Refused refused) implements Forecast {}

    /** The decisions in their order, and what waits afterwards that does not wait now. */
    record Planned(
        List<HistoryEvent> decisions,
        TreePMap<InstanceId, String> waiting,
        Snapshot before,
        boolean isComplete)
        implements Forecast {
      public Planned {
        decisions = List.copyOf(decisions);
      }
    }
  }

  public Forecast plan(Snapshot snapshot, Command command, Caller caller) {
    var request =
        new Request(snapshot.state(), settings, command, caller, Mutation.NONE, snapshot.at());
    return switch (Admission.judge(request)) {
      case Verdict.Denied(Outcome.Refused refused) -> new Forecast.Refused(refused);
      case Verdict.Admitted admitted -> new Copy(snapshot).follow(admitted);
    };
  }

  /** One cluster that exists in thought only. */
  private final class Copy {
    private final Snapshot snapshot;
    private final Working working;
    private final Placing placing;
    private final Set<ProcessTypeId> unsettled = new TreeSet<>();
    private RouteTable routes = RouteTable.EMPTY;
    private Progress progress = Progress.NONE;

    Copy(Snapshot snapshot) {
      this.snapshot = snapshot;
      this.working = Working.copy(snapshot, settings.pools());
      this.placing = new Placing(working, placer);
    }

    Forecast follow(Verdict.Admitted admitted) {
      admitted.changes().forEach(working::apply);
      route();
      int obeyed = working.changes().size();
      while (working.changes().size() < MAX_STEPS && isUnderWay()) {
        for (ProcessTypeId type : working.takeTouched()) {
          settle(type);
        }
        List<Change> changes = working.changes();
        changes.subList(obeyed, changes.size()).forEach(this::obey);
        route();
        if (changes.size() > obeyed) {
          unsettled.forEach(working::touch);
        }
        obeyed = changes.size();
      }
      List<HistoryEvent> decisions =
          working.changes().stream()
              .filter(Change.AddEvent.class::isInstance)
              .map(change -> ((Change.AddEvent) change).event())
              .toList();
      TreePMap<InstanceId, String> waiting =
          placing.pending().minusAll(snapshot.pending().keySet());
      return new Forecast.Planned(decisions, waiting, snapshot, !isUnderWay());
    }

    private boolean isUnderWay() {
      return working.hasMore();
    }

    private void settle(ProcessTypeId type) {
      var plan = Rollout.plan(type, view());
      if (plan.isSettled()) {
        unsettled.remove(type);
      } else {
        unsettled.add(type);
      }
      placing.carryOut(type, plan.steps());
    }

    private void obey(Change change) {
      if (change instanceof Change.PutPlacement(Placement placement)) {
        Phase phase =
            switch (placement.intent()) {
              case RUN, DRAINING -> new Phase.Running("0.0.0.0", 0);
              case STOPPING -> new Phase.Stopped();
            };
        working.report(
            placement, new PlacementReport(placement.id(), 1, phase, null, snapshot.at()));
      }
    }

    private void route() {
      Step step = Routing.after(routes, working.state(), working.actual(), working.takeRouted());
      progress = progress.after(routes, step.delta());
      routes = step.table();
    }

    private View view() {
      return new View(
          working.state(),
          working.actual(),
          progress,
          TreePSet.empty(),
          Brake.OFF,
          Timers.DEFAULT,
          Instant.EPOCH,
          working.now());
    }
  }
}

package dev.berth.scheduler.control;

import dev.berth.scheduler.admission.Admission;
import dev.berth.scheduler.admission.Request;
import dev.berth.scheduler.admission.Verdict;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.rollout.Allowance;
import dev.berth.scheduler.rollout.Brake;
import dev.berth.scheduler.rollout.Departures;
import dev.berth.scheduler.rollout.DeployReview;
import dev.berth.scheduler.rollout.Rollout;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.rollout.View;
import dev.berth.scheduler.routes.Progress;
import dev.berth.scheduler.routes.RouteTable;
import dev.berth.scheduler.routes.Routing;
import dev.berth.scheduler.routes.Step;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.Exit;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * What a command would do, by the very code that would do it, on a copy of the last committed
 * state.
 *
 * <p>In the copy every agent obeys and every start succeeds, five seconds a round. Follows what the
 * change begins, deploys and campaigns too, at the cluster's pace and within the apps' budgets,
 * until it is done or waits for something that only time or people bring. Nothing of it reaches the
 * loop or the store. Makes an index of the whole cluster, so it takes as long as that. Thread-safe.
 */
public final class Planner {
  private static final int MAX_STEPS = 10_000;
  private static final Duration ROUND = Duration.ofSeconds(5);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration LONGEST_ROUND = Duration.ofMinutes(10);

  /** So long may nothing happen before the rest is not waited for. */
  private static final Duration PATIENCE = Duration.ofHours(26);

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
        Duration time,
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
      case Verdict.Admitted admitted ->
          new Copy(snapshot, command instanceof Command.RebalanceNodes).follow(admitted);
    };
  }

  /** One cluster that exists in thought only. */
  private final class Copy {
    private final Snapshot snapshot;
    private final Working working;
    private final Pace pace;
    private final Placing placing;
    private final Campaigning campaigning;
    private final @Nullable Rebalancing rebalancing;
    private final Set<ProcessTypeId> unsettled = new TreeSet<>();
    private final Set<AppId> deploying = new TreeSet<>();
    private final Consent agreed;
    private RouteTable routes = RouteTable.EMPTY;
    private Progress progress = Progress.NONE;

    Copy(Snapshot snapshot, boolean isRebalance) {
      this.snapshot = snapshot;
      this.working = Working.copy(snapshot, settings.pools());
      this.pace = Pace.inRounds(settings.movesPerSecond(), ROUND, snapshot.at());
      this.placing = new Placing(working, placer, pace);
      this.agreed = new Consent(Consent.Standing.ALLOWED, Instant.MAX.minus(PATIENCE), "");
      this.campaigning = new Campaigning(working, snapshot.at());
      this.rebalancing =
          isRebalance ? new Rebalancing(working, placer, settings.rebalance()) : null;
    }

    Forecast follow(Verdict.Admitted admitted) {
      admitted.changes().forEach(working::apply);
      boolean isCampaign =
          admitted.changes().stream().anyMatch(Change.PutCampaign.class::isInstance);
      route();
      Instant lastStep = snapshot.at();
      Duration round = ROUND;
      boolean isWaiting = false;
      while (working.changes().size() < MAX_STEPS && !isWaiting && isUnderWay(isCampaign)) {
        boolean isNews = turn(isCampaign);
        lastStep = isNews ? working.now() : lastStep;
        round = isNews ? ROUND : shorter(round.multipliedBy(2), LONGEST_ROUND);
        isWaiting = !working.now().isBefore(lastStep.plus(PATIENCE));
        working.advance(working.now().plus(round));
        pace.advance(working.now());
      }
      List<HistoryEvent> decisions =
          working.changes().stream()
              .filter(Change.AddEvent.class::isInstance)
              .map(change -> ((Change.AddEvent) change).event())
              .toList();
      TreePMap<InstanceId, String> waiting =
          placing.pending().minusAll(snapshot.pending().keySet());
      return new Forecast.Planned(
          decisions,
          waiting,
          snapshot,
          Duration.between(snapshot.at(), lastStep),
          isWaiting || !isUnderWay(isCampaign));
    }

    private static Duration shorter(Duration one, Duration other) {
      return one.compareTo(other) < 0 ? one : other;
    }

    private boolean isUnderWay(boolean isCampaign) {
      return working.hasMore()
          || !unsettled.isEmpty()
          || !deploying.isEmpty()
          || (rebalancing != null && rebalancing.isUnderWay())
          || (isCampaign && campaigning.isAnyUnderWay());
    }

    /** Whether anything came of it. */
    private boolean turn(boolean isCampaign) {
      int before = working.changes().size();
      unsettled.forEach(working::touch);
      for (ProcessTypeId type : working.takeTouched()) {
        settle(type);
      }
      deploy();
      if (rebalancing != null) {
        rebalancing.look(this::view, unsettled::contains);
      }
      if (isCampaign) {
        campaigning.conduct(app -> !isMoving(app), false);
      }
      List<Change> changes = working.changes();
      changes.subList(before, changes.size()).forEach(this::obey);
      working.touchArrived();
      route();
      return changes.size() > before;
    }

    private boolean isMoving(App app) {
      return app.formation().keySet().stream()
          .anyMatch(type -> unsettled.contains(new ProcessTypeId(app.id(), type)));
    }

    private void deploy() {
      for (AppId id : List.copyOf(deploying)) {
        App app = working.state().apps().get(id);
        if (app == null || app.turnover().underWay() == null) {
          deploying.remove(id);
        } else {
          DeployReview.next(app, view())
              .ifPresent(turn -> {
                working.apply(new Change.PutApp(turn.app()));
                working.record(EventDraft.byScheduler(turn.kind(), Subject.of(id), turn.words()));
              });
        }
      }
    }

    private void settle(ProcessTypeId type) {
      var plan = Rollout.plan(type, view());
      if (plan.isSettled()) {
        unsettled.remove(type);
      } else {
        unsettled.add(type);
      }
      pace.stopped(plan.stopped());
      placing.carryOut(type, plan.steps());
      App app = working.state().apps().get(type.app());
      if (app != null && app.turnover().underWay() != null) {
        deploying.add(type.app());
      }
    }

    private void obey(Change change) {
      if (change instanceof Change.PutPlacement(Placement placement)) {
        boolean isOnce = placement.instance().type().name().equals(ProcessType.RELEASE);
        Phase phase =
            isOnce || placement.intent() == Placement.Intent.STOPPING
                ? new Phase.Stopped()
                : new Phase.Running("0.0.0.0", 0);
        Exit exit =
            isOnce ? new Exit(Exit.Cause.PROCESS_EXITED, 0, working.now(), "ended well") : null;
        working.report(
            placement, new PlacementReport(placement.id(), 1, phase, exit, working.now()));
      }
    }

    private void route() {
      Step step = Routing.after(routes, working.state(), working.actual(), working.takeRouted());
      progress = progress.after(routes, step.delta());
      routes = step.table();
    }

    private TreePMap<PlacementId, Departures.Choice> chosen() {
      return rebalancing == null ? TreePMap.empty() : rebalancing.chosen();
    }

    /** What stood before the plan began counts as well, also once it was moved. */
    private int lately(AppId app) {
      int before = 0;
      for (ProcessTypeId type : snapshot.state().placements().typesOf(app)) {
        for (Placement placement : snapshot.state().placements().of(type)) {
          boolean isLate = placement.since().plus(HOUR).isAfter(working.now());
          before += placement.isWanted() && isLate && !type.isShadow() ? 1 : 0;
        }
      }
      return before + pace.lately(app);
    }

    private View view() {
      return new View(
          working.state(),
          working.actual(),
          progress,
          TreePSet.empty(),
          new Departures(working.draining(), chosen()),
          Brake.OFF,
          new Allowance(pace.left(), this::lately, _ -> agreed),
          Timers.DEFAULT,
          Instant.EPOCH,
          working.now());
    }
  }
}

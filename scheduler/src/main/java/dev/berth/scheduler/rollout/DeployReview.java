package dev.berth.scheduler.rollout;

import dev.berth.scheduler.signals.Comparison;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Exit;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.RolloutPolicy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what becomes of a deploy: on to its next part, done, or taken back whole.
 *
 * <p>Looks only at the app and at what runs, so that a scheduler that takes over goes on where the
 * last one was. A deploy fails when its release command does, when an instance of it ends again and
 * again or does not become healthy in time, or when its routes show that it is worse than what it
 * replaces. Failing for want of room is no failure: it waits.
 */
public final class DeployReview {
  /** Longest time for a release command. */
  static final Duration RELEASE_AT_MOST = Duration.ofHours(1);

  /** An instance that has ended so often will not stand by itself. */
  private static final int INCARNATIONS = 3;

  private final App app;
  private final Deploy deploy;
  private final View view;
  private final RolloutPolicy policy;

  private DeployReview(App app, Deploy deploy, View view) {
    this.app = app;
    this.deploy = deploy;
    this.view = view;
    this.policy = app.turnover().policy();
  }

  /** The deploy's next turn, if it is time for one. */
  public static Optional<DeployTurn> next(App app, View view) {
    Deploy deploy = app.turnover().underWay();
    if (deploy == null || app.isLeaving()) {
      return Optional.empty();
    }
    var review = new DeployReview(app, deploy, view);
    return Optional.ofNullable(deploy.isReleasing() ? review.releasing() : review.rolling());
  }

  private @Nullable DeployTurn releasing() {
    var type = new ProcessTypeId(app.id(), ProcessType.RELEASE);
    for (Placement placement : view.state().placements().of(type)) {
      if (placement.wanted().release() == deploy.to()) {
        return placement.isWanted() ? ended(placement) : back("its release command was stopped");
      }
    }
    return null;
  }

  private @Nullable DeployTurn ended(Placement placement) {
    PlacementReport report = view.actual().report(placement.id()).orElse(null);
    Exit exit = report == null || report.incarnation() == 0 ? null : report.lastExit();
    if (exit != null && exit.cause() == Exit.Cause.PROCESS_EXITED && exit.code() == 0) {
      return DeployTurn.released(app, deploy, view.now());
    }
    if (exit != null) {
      return back("its release command " + exit.message());
    }
    if (view.isLost(placement)) {
      return back("node %s was lost while its release command ran".formatted(placement.node()));
    }
    boolean isLate = view.hasPassed(placement.since(), RELEASE_AT_MOST);
    return isLate
        ? back("its release command took more than %d min".formatted(RELEASE_AT_MOST.toMinutes()))
        : null;
  }

  private @Nullable DeployTurn rolling() {
    String fault = fault();
    if (!fault.isEmpty()) {
      return back(fault);
    }
    Comparison comparison =
        Comparison.ofReleases(view.actual().signals(), app.id(), deploy.to(), deploy.from());
    if (comparison.isWorse()) {
      return back(comparison.words());
    }
    int part = deploy.standing().part();
    if (part >= policy.canary().size()) {
      return isThere(part, false) ? DeployTurn.done(view.state(), app, deploy, view.now()) : null;
    }
    if (deploy.isPaused() || policy.isPromotedByHand() || !isThere(part, true)) {
      return null;
    }
    return DeployTurn.promoted(app, deploy, view.now());
  }

  /** Do all that are due stand, and for long enough? Without a canary, does nothing else stand? */
  private boolean isThere(int part, boolean isCanary) {
    for (String name : app.formation().keySet()) {
      var type = new ProcessTypeId(app.id(), name);
      Goal goal = Goal.of(view.state(), type);
      int due = isCanary ? policy.reach(part, goal.count()) : goal.count();
      Set<Integer> standing = new HashSet<>();
      for (Placement placement : view.state().placements().of(type)) {
        int index = placement.instance().index();
        if (placement.isWanted() && index <= due) {
          boolean isNew = placement.wanted().release() == goal.wanted(index).release();
          if (isNew && isProven(placement, isCanary)) {
            standing.add(index);
          } else if (!isNew) {
            return false;
          }
        }
      }
      if (standing.size() < due) {
        return false;
      }
    }
    return true;
  }

  private boolean isProven(Placement placement, boolean isCanary) {
    Duration soak = isCanary ? policy.soak() : Duration.ZERO;
    Duration longest = soak.compareTo(policy.minHealthy()) > 0 ? soak : policy.minHealthy();
    return view.isServing(placement) && view.isProven(placement, longest);
  }

  /** What is wrong with an instance of the new release; empty while all may still come. */
  private String fault() {
    for (ProcessTypeId type : view.state().placements().typesOf(app.id())) {
      for (Placement placement : view.state().placements().of(type)) {
        boolean isOurs =
            placement.isWanted()
                && placement.wanted().release() == deploy.to()
                && !type.name().equals(ProcessType.RELEASE)
                && !type.isShadow()
                && !view.isLost(placement);
        if (isOurs && !view.isRunning(placement)) {
          String fault = fault(placement);
          if (!fault.isEmpty()) {
            return fault;
          }
        }
      }
    }
    return "";
  }

  private String fault(Placement placement) {
    PlacementReport report = view.actual().report(placement.id()).orElse(null);
    InstanceId instance = placement.instance();
    if (report == null) {
      return "";
    }
    if (report.incarnation() >= INCARNATIONS) {
      return "%s ends again and again: %s"
          .formatted(instance.shortName(), words(report.lastExit()));
    }
    return !view.hasPassed(placement.since(), policy.healthyWithin())
        ? ""
        : "%s is not healthy after %d s: %s"
            .formatted(
                instance.shortName(), policy.healthyWithin().toSeconds(), words(report.lastExit()));
  }

  private static String words(@Nullable Exit exit) {
    return exit == null ? "it has not told why" : exit.message();
  }

  private DeployTurn back(String why) {
    return DeployTurn.back(
        view.state(), app, deploy, new DeployTurn.Ending(why, policy.goesBack(), view.now()));
  }
}

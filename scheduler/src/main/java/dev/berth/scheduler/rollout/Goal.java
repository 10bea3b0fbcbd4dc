package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Placement.Wanted;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Sizes;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one process type should come to: so many instances, the first {@code reach} of them made of
 * the app's current release, the others of the one that a deploy replaces.
 */
record Goal(int count, int reach, ProcessTypeId type, @Nullable App app) {

  /** Nothing, if the app is gone or leaving or its release lacks the process type. */
  static Goal of(ClusterState state, ProcessTypeId type) {
    App app = state.apps().get(type.app());
    if (app == null || app.isLeaving()) {
      return new Goal(0, 0, type, null);
    }
    Deploy deploy = app.turnover().underWay();
    boolean isInNew = has(state, app, app.release().number(), type);
    if (type.name().equals(ProcessType.RELEASE)) {
      int once = deploy != null && deploy.isReleasing() && isInNew ? 1 : 0;
      return new Goal(once, once, type, app);
    }
    boolean isInOld = deploy != null && has(state, app, deploy.from(), type);
    boolean isReleasing = deploy != null && deploy.isReleasing();
    Formation formation = app.formation().get(type.name());
    if (formation == null || !(isInOld || (isInNew && !isReleasing))) {
      return new Goal(0, 0, type, app);
    }
    int count = formation.count();
    return new Goal(count, reach(app, deploy, isInOld, isInNew, count), type, app);
  }

  private static int reach(
      App app, @Nullable Deploy deploy, boolean isInOld, boolean isInNew, int count) {
    if (deploy == null || !isInOld) {
      return count;
    }
    return deploy.isReleasing() || !isInNew
        ? 0
        : app.turnover().policy().reach(deploy.standing().part(), count);
  }

  private static boolean has(ClusterState state, App app, int release, ProcessTypeId type) {
    return release > 0
        && state
            .release(new ReleaseId(app.id(), release))
            .map(it -> it.processTypes().containsKey(type.name()))
            .orElse(false);
  }

  /** A command that runs to its end, once. */
  boolean isOnce() {
    return type.name().equals(ProcessType.RELEASE);
  }

  /** Is the same wanted of each? Then one need be asked. */
  boolean isUniform() {
    return app != null && app.turnover().underWay() == null && app.restarts().isEmpty();
  }

  Wanted wanted(int index) {
    App wanting = Objects.requireNonNull(app);
    Deploy deploy = wanting.turnover().underWay();
    int release = wanting.release().number();
    int baseVersion = wanting.release().baseVersion();
    if (deploy != null && index > reach) {
      release = deploy.from();
      baseVersion = deploy.fromBase();
    }
    return new Wanted(
        release,
        wanting.baseLine(),
        baseVersion,
        size(wanting),
        wanting.restartToken(instance(index)));
  }

  private String size(App wanting) {
    Formation formation = wanting.formation().get(isOnce() ? ProcessType.WEB : type.name());
    return formation == null ? Sizes.DEFAULT.name() : formation.size();
  }

  InstanceId instance(int index) {
    return new InstanceId(type, index);
  }

  /** How many may be in replacement at a time with both running. */
  int surge() {
    return app == null ? 1 : app.turnover().policy().surgeOf(count);
  }

  /** How many may be down for the sake of a replacement. */
  int unavailable() {
    return app == null ? 0 : app.turnover().policy().unavailableOf(count);
  }

  Duration minHealthy() {
    return app == null ? Duration.ZERO : app.turnover().policy().minHealthy();
  }

  /** Whether no further instance is to get another release for now. */
  boolean isPaused() {
    Deploy deploy = app == null ? null : app.turnover().underWay();
    return deploy != null && deploy.isPaused();
  }

  String words() {
    return app == null ? "app destroyed" : "formation has " + count + " " + type.name();
  }
}

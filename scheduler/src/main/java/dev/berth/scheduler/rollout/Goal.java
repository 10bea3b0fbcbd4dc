package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Placement.Wanted;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What one process type should come to: so many instances, each made of this. */
record Goal(int count, ProcessTypeId type, @Nullable App app) {

  /** Nothing, if the app is gone or leaving or its release lacks the process type. */
  static Goal of(ClusterState state, ProcessTypeId type) {
    App app = state.apps().get(type.app());
    if (app == null || app.isLeaving()) {
      return new Goal(0, type, null);
    }
    boolean exists =
        state
            .currentRelease(app)
            .map(release -> release.processTypes().containsKey(type.name()))
            .orElse(false);
    Formation formation = app.formation().get(type.name());
    return exists && formation != null
        ? new Goal(formation.count(), type, app)
        : new Goal(0, type, app);
  }

  Wanted wanted(int index) {
    App wanting = Objects.requireNonNull(app, "nothing is wanted of " + type);
    Formation formation = Objects.requireNonNull(wanting.formation().get(type.name()));
    return new Wanted(
        wanting.release().number(),
        wanting.baseLine(),
        wanting.release().baseVersion(),
        formation.size(),
        wanting.restartToken(instance(index)));
  }

  InstanceId instance(int index) {
    return new InstanceId(type, index);
  }

  /** How many may be in replacement at a time. */
  int surge() {
    return Math.max(1, (count + 3) / 4);
  }

  String words() {
    return app == null ? "app destroyed" : "formation has " + count + " " + type.name();
  }
}

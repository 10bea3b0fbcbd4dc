package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Deploy.Phase;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.RolloutPolicy;
import java.time.Instant;
import java.util.Set;

/** What becomes of an app when its deploy takes a turn, and the words for its history. */
public record DeployTurn(App app, String kind, String words) {

  /**
   * Why a deploy ends before it is done.
   *
   * @param goesBack whether the release before it takes its place again
   */
  public record Ending(String why, boolean goesBack, Instant now) {}

  static DeployTurn released(App app, Deploy deploy, Instant now) {
    return turn(
        app,
        deploy.rolling(now),
        "deploy.released",
        "the release command of v%d has ended well".formatted(deploy.to()));
  }

  /** On to the next part of the canary. */
  public static DeployTurn promoted(App app, Deploy deploy, Instant now) {
    Deploy next = deploy.inNextPart(now);
    RolloutPolicy policy = app.turnover().policy();
    int part = next.standing().part();
    String words =
        part < policy.canary().size() ? policy.canary().get(part) + "%" : "all instances";
    return turn(
        app, next, "deploy.promoted", "release v%d goes on to %s".formatted(deploy.to(), words));
  }

  public static DeployTurn paused(App app, Deploy deploy, boolean isPaused) {
    return turn(
        app,
        deploy.paused(isPaused),
        isPaused ? "deploy.paused" : "deploy.resumed",
        "release v%d %s".formatted(deploy.to(), isPaused ? "waits" : "goes on"));
  }

  /** What only the old release had is gone with it. */
  static DeployTurn done(ClusterState state, App app, Deploy deploy, Instant now) {
    App after = app;
    Release release = state.currentRelease(app).orElse(null);
    for (String type : Set.copyOf(app.formation().keySet())) {
      if (release != null && !release.processTypes().containsKey(type)) {
        after = after.withoutFormation(type);
      }
    }
    return turn(
        after,
        deploy.in(Phase.DONE, now, ""),
        "deploy.done",
        "release v%d runs".formatted(deploy.to()));
  }

  /** Whole: slug, config and process types, as they were. Nothing has run of what only releases. */
  public static DeployTurn back(ClusterState state, App app, Deploy deploy, Ending ending) {
    Release old =
        deploy.from() == 0
            ? null
            : state.release(new ReleaseId(app.id(), deploy.from())).orElse(null);
    if (old != null && (ending.goesBack() || deploy.isReleasing())) {
      return turn(
          app.backOn(old, deploy.fromBase()),
          deploy.in(Phase.RETURNED, ending.now(), ending.why()),
          "deploy.returned",
          "release v%d is taken back, v%d runs on: %s"
              .formatted(deploy.to(), deploy.from(), ending.why()));
    }
    String words =
        old == null ? ending.why() + "; there is no release to go back to" : ending.why();
    return turn(
        deploy.isReleasing() ? app.withoutRelease() : app,
        deploy.in(Phase.FAILED, ending.now(), words),
        "deploy.failed",
        "release v%d: %s".formatted(deploy.to(), words));
  }

  private static DeployTurn turn(App app, Deploy after, String kind, String words) {
    return new DeployTurn(
        app.with(app.turnover().with(after)).atVersion(app.version() + 1), kind, words);
  }
}

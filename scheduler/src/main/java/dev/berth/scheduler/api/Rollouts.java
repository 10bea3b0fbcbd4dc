package dev.berth.scheduler.api;

import dev.berth.proto.v1.App;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.SetRolloutRequest;
import dev.berth.proto.v1.SteerDeployRequest;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.DeploySteering;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.RolloutPolicy;
import dev.berth.scheduler.state.Share;
import dev.berth.scheduler.state.Turnover;
import dev.berth.scheduler.wire.Refusing;
import dev.berth.scheduler.wire.Values;
import java.time.Duration;
import java.time.Instant;

/** How instances are replaced, as the public API shows it, and what is asked of it. Pure. */
final class Rollouts {
  /** Longer than any limit, so that no number on the wire can wrap. */
  private static final long MOST_SECONDS = Duration.ofDays(1000).toSeconds();

  private Rollouts() {}

  static Command.SetRollout set(SetRolloutRequest asked) {
    var policy =
        new Command.PolicyChange(
            asked.hasSurge() ? share(asked.getSurge()) : null,
            asked.hasUnavailable() ? share(asked.getUnavailable()) : null,
            asked.hasMinHealthySeconds() ? seconds(asked.getMinHealthySeconds()) : null,
            asked.hasHealthyWithinSeconds() ? seconds(asked.getHealthyWithinSeconds()) : null,
            asked.hasCanary() ? asked.getCanary().getPercentsList() : null,
            asked.hasSoakSeconds() ? seconds(asked.getSoakSeconds()) : null,
            asked.hasByHand() ? asked.getByHand() : null,
            asked.hasStays() ? asked.getStays() : null);
    var budget =
        new Command.BudgetChange(
            asked.hasMovesPerHour() ? Integer.toUnsignedLong(asked.getMovesPerHour()) : null,
            asked.hasMinBetweenSeconds() ? seconds(asked.getMinBetweenSeconds()) : null,
            asked.hasWindow() ? asked.getWindow() : null,
            asked.hasCoordinator() ? coordinator(asked.getCoordinator()) : null);
    return new Command.SetRollout(Values.appName(asked.getName()), policy, budget);
  }

  private static Command.CoordinatorAsked coordinator(dev.berth.proto.v1.Coordinator asked) {
    return new Command.CoordinatorAsked(
        Values.webhook(asked.getWebhook()), asked.getSilenceAllows());
  }

  static Command.SteerDeploy steer(SteerDeployRequest asked) {
    DeploySteering steering =
        switch (asked.getSteering()) {
          case PAUSE -> DeploySteering.PAUSE;
          case RESUME -> DeploySteering.RESUME;
          case PROMOTE -> DeploySteering.PROMOTE;
          case ABORT -> DeploySteering.ABORT;
          case STEERING_UNSPECIFIED, UNRECOGNIZED ->
              throw Refusing.asStatus(
                  RefusalCode.INVALID_REQUEST,
                  "steering",
                  "it is not said what to do with the deploy",
                  "choose one of PAUSE, RESUME, PROMOTE, ABORT");
        };
    return new Command.SteerDeploy(Values.appName(asked.getName()), steering);
  }

  private static Share share(dev.berth.proto.v1.Share share) {
    return new Share(
        (int) Math.min(Integer.toUnsignedLong(share.getValue()), Integer.MAX_VALUE),
        share.getPercent());
  }

  private static dev.berth.proto.v1.Share share(Share share) {
    return dev.berth.proto.v1.Share.newBuilder()
        .setValue(share.value())
        .setPercent(share.isPercent())
        .build();
  }

  private static Duration seconds(int unsigned) {
    return seconds(Integer.toUnsignedLong(unsigned));
  }

  static Duration seconds(long asked) {
    return Duration.ofSeconds(asked < 0 ? MOST_SECONDS : Math.min(asked, MOST_SECONDS));
  }

  static void show(Turnover turnover, App.Builder built) {
    built.setRollout(policy(turnover.policy(), turnover.budget()));
    Deploy deploy = turnover.deploy();
    if (deploy != null) {
      built.setDeploy(
          dev.berth.proto.v1.Deploy.newBuilder()
              .setFrom(deploy.from())
              .setTo(deploy.to())
              .setPhase(phase(deploy.standing().phase()))
              .setPart(deploy.standing().part())
              .setSince(deploy.standing().since().toEpochMilli())
              .setPaused(deploy.isPaused())
              .setWords(deploy.standing().words()));
    }
  }

  private static dev.berth.proto.v1.RolloutPolicy policy(RolloutPolicy policy, Budget budget) {
    Budget.Window window = budget.window();
    var built = dev.berth.proto.v1.RolloutPolicy.newBuilder();
    Budget.Coordinator coordinator = budget.coordinator();
    if (coordinator != null) {
      built.setCoordinator(
          dev.berth.proto.v1.Coordinator.newBuilder()
              .setWebhook(Values.webhook(coordinator.webhook()))
              .setSilenceAllows(coordinator.silenceAllows()));
    }
    return built
        .setSurge(share(policy.surge()))
        .setUnavailable(share(policy.unavailable()))
        .setMinHealthySeconds((int) policy.minHealthy().toSeconds())
        .setHealthyWithinSeconds((int) policy.healthyWithin().toSeconds())
        .addAllCanary(policy.canary())
        .setSoakSeconds((int) policy.soak().toSeconds())
        .setByHand(policy.isPromotedByHand())
        .setStays(!policy.goesBack())
        .setMovesPerHour(budget.movesPerHour())
        .setMinBetweenSeconds((int) budget.minBetween().toSeconds())
        .setWindow(window == null ? "" : window.words())
        .build();
  }

  private static dev.berth.proto.v1.Deploy.Phase phase(Deploy.Phase phase) {
    return switch (phase) {
      case RELEASING -> dev.berth.proto.v1.Deploy.Phase.RELEASING;
      case ROLLING -> dev.berth.proto.v1.Deploy.Phase.ROLLING;
      case DONE -> dev.berth.proto.v1.Deploy.Phase.DONE;
      case RETURNED -> dev.berth.proto.v1.Deploy.Phase.RETURNED;
      case FAILED -> dev.berth.proto.v1.Deploy.Phase.FAILED;
    };
  }

  static void show(NodePolicy policy, Node.Builder built) {
    NodePolicy.Drain drain = policy.drain();
    if (drain != null) {
      Instant deadline = drain.deadline();
      built
          .setDrainingSince(drain.since().toEpochMilli())
          .setDrainDeadline(deadline == null ? 0 : deadline.toEpochMilli())
          .setDrainReason(drain.reason());
    }
  }
}

package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredApp;
import dev.berth.proto.stored.v1.StoredBudget;
import dev.berth.proto.stored.v1.StoredDeploy;
import dev.berth.proto.stored.v1.StoredNode;
import dev.berth.proto.stored.v1.StoredRolloutPolicy;
import dev.berth.proto.stored.v1.StoredWebhook;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.RolloutPolicy;
import dev.berth.scheduler.state.Share;
import dev.berth.scheduler.state.Turnover;
import dev.berth.scheduler.state.Webhook;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePVector;

/** How instances are replaced, to its stored form and back; defaults are not written. */
final class TurnoverCodec {
  private TurnoverCodec() {}

  static void encode(Turnover turnover, StoredApp.Builder stored) {
    if (!turnover.policy().equals(RolloutPolicy.DEFAULT)) {
      stored.setRolloutPolicy(policy(turnover.policy()));
    }
    if (!turnover.budget().equals(Budget.NONE)) {
      stored.setBudget(budget(turnover.budget()));
    }
    Deploy deploy = turnover.deploy();
    if (deploy != null) {
      stored.setDeploy(deploy(deploy));
    }
  }

  static Turnover turnover(StoredApp stored) {
    return new Turnover(
        stored.hasRolloutPolicy() ? policy(stored.getRolloutPolicy()) : RolloutPolicy.DEFAULT,
        stored.hasBudget() ? budget(stored.getBudget()) : Budget.NONE,
        stored.hasDeploy() ? deploy(stored.getDeploy()) : null);
  }

  private static StoredRolloutPolicy policy(RolloutPolicy policy) {
    return StoredRolloutPolicy.newBuilder()
        .setSurge(policy.surge().value())
        .setSurgePercent(policy.surge().isPercent())
        .setUnavailable(policy.unavailable().value())
        .setUnavailablePercent(policy.unavailable().isPercent())
        .setMinHealthyMillis(policy.minHealthy().toMillis())
        .setHealthyWithinMillis(policy.healthyWithin().toMillis())
        .addAllCanary(policy.canary())
        .setSoakMillis(policy.soak().toMillis())
        .setByHand(policy.isPromotedByHand())
        .setStays(!policy.goesBack())
        .build();
  }

  private static RolloutPolicy policy(StoredRolloutPolicy stored) {
    return new RolloutPolicy(
        new Share(stored.getSurge(), stored.getSurgePercent()),
        new Share(stored.getUnavailable(), stored.getUnavailablePercent()),
        Duration.ofMillis(stored.getMinHealthyMillis()),
        Duration.ofMillis(stored.getHealthyWithinMillis()),
        TreePVector.from(stored.getCanaryList()),
        Duration.ofMillis(stored.getSoakMillis()),
        stored.getByHand(),
        !stored.getStays());
  }

  private static StoredBudget budget(Budget budget) {
    Budget.Window window = budget.window();
    var stored =
        StoredBudget.newBuilder()
            .setMovesPerHour(budget.movesPerHour())
            .setMinBetweenMillis(budget.minBetween().toMillis())
            .setWindowFrom(window == null ? 0 : window.from())
            .setWindowTo(window == null ? 0 : window.to());
    Budget.Coordinator coordinator = budget.coordinator();
    if (coordinator != null) {
      stored
          .setCoordinator(webhook(coordinator.webhook()))
          .setSilenceAllows(coordinator.silenceAllows());
    }
    return stored.build();
  }

  private static Budget budget(StoredBudget stored) {
    return new Budget(
        stored.getMovesPerHour(),
        Duration.ofMillis(stored.getMinBetweenMillis()),
        stored.getWindowFrom() == stored.getWindowTo()
            ? null
            : new Budget.Window(stored.getWindowFrom(), stored.getWindowTo()),
        stored.hasCoordinator()
            ? new Budget.Coordinator(webhook(stored.getCoordinator()), stored.getSilenceAllows())
            : null);
  }

  static StoredWebhook webhook(Webhook webhook) {
    return StoredWebhook.newBuilder()
        .setUrl(webhook.url())
        .setTimeoutMillis((int) webhook.timeout().toMillis())
        .setSecret(webhook.secret())
        .build();
  }

  static Webhook webhook(StoredWebhook stored) {
    return new Webhook(
        stored.getUrl(), Duration.ofMillis(stored.getTimeoutMillis()), stored.getSecret());
  }

  private static StoredDeploy deploy(Deploy deploy) {
    Deploy.Standing standing = deploy.standing();
    return StoredDeploy.newBuilder()
        .setFrom(deploy.from())
        .setFromBase(deploy.fromBase())
        .setTo(deploy.to())
        .setPhase(standing.phase().name())
        .setPart(standing.part())
        .setSince(standing.since().toEpochMilli())
        .setPaused(standing.isPaused())
        .setWords(standing.words())
        .build();
  }

  private static Deploy deploy(StoredDeploy stored) {
    return new Deploy(
        stored.getFrom(),
        stored.getFromBase(),
        stored.getTo(),
        new Deploy.Standing(
            Deploy.Phase.valueOf(stored.getPhase()),
            stored.getPart(),
            Instant.ofEpochMilli(stored.getSince()),
            stored.getPaused(),
            stored.getWords()));
  }

  static void encode(NodePolicy policy, StoredNode.Builder stored) {
    NodePolicy.Drain drain = policy.drain();
    if (drain != null) {
      Instant deadline = drain.deadline();
      stored
          .setDrainingSince(drain.since().toEpochMilli())
          .setDrainDeadline(deadline == null ? 0 : deadline.toEpochMilli())
          .setDrainReason(drain.reason());
    }
  }

  static NodePolicy.@Nullable Drain drain(StoredNode stored) {
    long deadline = stored.getDrainDeadline();
    return stored.getDrainingSince() == 0
        ? null
        : new NodePolicy.Drain(
            Instant.ofEpochMilli(stored.getDrainingSince()),
            deadline == 0 ? null : Instant.ofEpochMilli(deadline),
            stored.getDrainReason());
  }
}

package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.Coordinator;
import dev.berth.proto.v1.Deploy;
import dev.berth.proto.v1.RolloutPolicy;
import dev.berth.proto.v1.Share;
import java.util.stream.Collectors;

/** Deploys and rollout policies in words. */
final class RolloutWords {
  private RolloutWords() {}

  /** Fails if the app's last deploy was of that release and did not come to stand. */
  static void requireStanding(App app, int release) {
    Deploy deploy = app.getDeploy();
    boolean isOver =
        deploy.getPhase() == Deploy.Phase.RETURNED || deploy.getPhase() == Deploy.Phase.FAILED;
    if (release > 0 && deploy.getTo() == release && isOver) {
      throw new CommandFailure(
          ExitCode.TAKEN_BACK,
          "RELEASE_" + deploy.getPhase(),
          "%s/%s: %s".formatted(app.getTenant(), app.getName(), deploy(app)),
          "see berth logs and berth events, mend it and deploy again");
    }
  }

  /** For example "v4 is rolling out (10%, since v3)". */
  static String deploy(App app) {
    if (!app.hasDeploy()) {
      return "no deploy yet";
    }
    Deploy deploy = app.getDeploy();
    String why = deploy.getWords().isEmpty() ? "" : ": " + deploy.getWords();
    return switch (deploy.getPhase()) {
      case RELEASING -> "v%d runs its release command%s".formatted(deploy.getTo(), paused(deploy));
      case ROLLING ->
          "v%d replaces v%d, %s%s"
              .formatted(deploy.getTo(), deploy.getFrom(), part(app), paused(deploy));
      case DONE -> "v%d runs".formatted(deploy.getTo());
      case RETURNED ->
          "v%d was taken back, v%d runs%s".formatted(deploy.getTo(), deploy.getFrom(), why);
      case FAILED -> "v%d has failed%s".formatted(deploy.getTo(), why);
      case PHASE_UNSPECIFIED, UNRECOGNIZED -> "of v%d nothing is known".formatted(deploy.getTo());
    };
  }

  private static String paused(Deploy deploy) {
    return deploy.getPaused() ? "; paused" : "";
  }

  private static String part(App app) {
    RolloutPolicy policy = app.getRollout();
    int part = app.getDeploy().getPart();
    if (part >= policy.getCanaryCount()) {
      return "all instances";
    }
    String waits = policy.getByHand() ? ", waits for berth rollout promote" : "";
    return "canary of %d%%%s".formatted(policy.getCanary(part), waits);
  }

  static String policy(RolloutPolicy policy) {
    String canary =
        policy.getCanaryList().stream()
            .map(percent -> percent + "%")
            .collect(Collectors.joining(", "));
    String deploys =
        "Surge %s, unavailable %s; healthy for %d s, within %d s; %s; %s."
            .formatted(
                share(policy.getSurge()),
                share(policy.getUnavailable()),
                policy.getMinHealthySeconds(),
                policy.getHealthyWithinSeconds(),
                canary.isEmpty()
                    ? "no canary"
                    : "canary %s for %d s, promoted by %s"
                        .formatted(
                            canary,
                            policy.getSoakSeconds(),
                            policy.getByHand() ? "hand" : "itself"),
                policy.getStays() ? "stays when it fails" : "taken back when it fails");
    return deploys + " The platform moves " + budget(policy) + ".";
  }

  private static String budget(RolloutPolicy policy) {
    return "%s instances an hour, each %s, %s%s"
        .formatted(
            policy.getMovesPerHour() == 0 ? "any number of" : "at most " + policy.getMovesPerHour(),
            policy.getMinBetweenSeconds() == 0
                ? "at any time after it was placed"
                : "%d s after it was placed at the earliest"
                    .formatted(policy.getMinBetweenSeconds()),
            policy.getWindow().isEmpty() ? "day and night" : policy.getWindow() + " UTC",
            policy.hasCoordinator() ? coordinator(policy.getCoordinator()) : "");
  }

  private static String coordinator(Coordinator coordinator) {
    return ", if %s agrees (no answer %s)"
        .formatted(
            coordinator.getWebhook().getUrl(),
            coordinator.getSilenceAllows() ? "allows" : "denies");
  }

  private static String share(Share share) {
    return share.getPercent() ? share.getValue() + "%" : Integer.toString(share.getValue());
  }
}

package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.Coordinator;
import dev.berth.proto.v1.SetRolloutRequest;
import dev.berth.proto.v1.Share;
import dev.berth.proto.v1.SteerDeployRequest;
import dev.berth.proto.v1.SteerDeployRequest.Steering;
import dev.berth.proto.v1.Webhook;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How an app's instances are replaced, and the deploy that does so. */
@Command(
    name = "rollout",
    description = "Show an app's last deploy and how its instances are replaced.",
    footer = "JSON: the App.")
public final class RolloutCommand implements Callable<Integer> {
  private static final Pattern SHARE = Pattern.compile("([0-9]{1,6})(%?)");

  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  public RolloutCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName name = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      return tell(on, cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.getApp(name)));
    }
  }

  @Command(
      description = {
        "Give no further instance the new release; what has it keeps it. Lost and crashed instances",
        "are replaced all the same."
      },
      footer = "JSON: the App.")
  int pause(@Mixin ChangeOptions on, @Mixin AppOption app) {
    return steer(on, app, Steering.PAUSE);
  }

  @Command(description = "Go on with a paused deploy.", footer = "JSON: the App.")
  int resume(@Mixin ChangeOptions on, @Mixin AppOption app) {
    return steer(on, app, Steering.RESUME);
  }

  @Command(
      description = "Go on to the next part of the canary now; after the last, to all instances.",
      footer = "JSON: the App.")
  int promote(@Mixin ChangeOptions on, @Mixin AppOption app) {
    return steer(on, app, Steering.PROMOTE);
  }

  @Command(
      description = "Take the release under way back: slug, config and process types.",
      footer = "JSON: the App.")
  int abort(@Mixin ChangeOptions on, @Mixin AppOption app) {
    return steer(on, app, Steering.ABORT);
  }

  private int steer(ClusterOptions on, AppOption app, Steering steering) {
    try (Cluster cluster = on.open(surroundings)) {
      SteerDeployRequest request =
          SteerDeployRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setName(app.name(surroundings))
              .setSteering(steering)
              .build();
      return tell(on, cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.steerDeploy(request)));
    }
  }

  /** What berth rollout set takes; what is not given stays. */
  static final class Settings {
    @Option(
        names = "--max-surge",
        paramLabel = "N|N%",
        description = "May run beside those that they replace (at first 25%%, at least one).")
    @Nullable String surge;

    @Option(
        names = "--max-unavailable",
        paramLabel = "N|N%",
        description = "May be stopped before their replacements run (at first 0).")
    @Nullable String unavailable;

    @Option(
        names = "--min-healthy",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "So long must a new instance have been healthy to count; at most 1h.")
    @Nullable Duration minHealthy;

    @Option(
        names = "--healthy-within",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "One that is not healthy by then fails the deploy (at first 5m).")
    @Nullable Duration healthyWithin;

    @Option(
        names = "--canary",
        paramLabel = "PERCENT,...",
        description = "Parts that a deploy reaches one by one, such as 5,25; none for no canary.")
    @Nullable String canary;

    @Option(
        names = "--soak",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "So long must a part have been healthy before the next (at first 1m).")
    @Nullable Duration soak;

    @Option(
        names = "--promote",
        paramLabel = "auto|manual",
        description = "Whether a canary goes on by itself (it does at first).")
    @Nullable String promote;

    @Option(
        names = "--on-failure",
        paramLabel = "rollback|stay",
        description = "What becomes of a deploy that fails (at first it is taken back).")
    @Nullable String onFailure;

    @Option(
        names = "--moves-per-hour",
        paramLabel = "N",
        description = "For drains, rebalancing and base campaigns; 0 for no limit (as at first).")
    @Nullable Integer movesPerHour;

    @Option(
        names = "--min-between",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "They leave an instance alone for so long after it was placed; at most 168h.")
    @Nullable Duration minBetween;

    @Option(
        names = "--window",
        paramLabel = "HH:MM-HH:MM",
        description = "When they may begin a move, UTC; none for always.")
    @Nullable String window;

    @Option(
        names = "--coordinator",
        paramLabel = "URL",
        description = {
          "Is sent a POST before each such move: 2xx allows it, 409 and 423 deny it for 30 s. It must",
          "be on the public internet, unless an operator allowed its network. none: nobody is asked."
        })
    @Nullable String coordinator;

    @Option(
        names = "--coordinator-timeout",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "For one call, 100ms to 30s (at first 5s).")
    @Nullable Duration coordinatorTimeout;

    @Option(
        names = "--no-answer",
        paramLabel = "denies|allows",
        description =
            "What it means when the coordinator does not answer in time (it denies at first).")
    @Nullable String noAnswer;

    @Option(
        names = "--secret",
        paramLabel = "TEXT",
        description = "Signs the calls; 16 to 200 characters. If not given, one is made and told.")
    String secret = "";
  }

  @Command(
      description = "Say how an app's instances are to be replaced. What is not named stays.",
      footer = "JSON: the App.")
  int set(@Mixin ClusterOptions on, @Mixin AppOption app, @Mixin Settings settings) {
    SetRolloutRequest.Builder request =
        SetRolloutRequest.newBuilder().setName(app.name(surroundings));
    shape(request, settings);
    if (settings.movesPerHour != null) {
      request.setMovesPerHour(settings.movesPerHour);
    }
    if (settings.minBetween != null) {
      request.setMinBetweenSeconds((int) settings.minBetween.toSeconds());
    }
    if (settings.window != null) {
      request.setWindow(settings.window.equals("none") ? "" : settings.window);
    }
    boolean isAsked = coordinate(request, settings);
    try (Cluster cluster = on.open(surroundings)) {
      request.setMutation(cluster.mutation());
      int code =
          tell(
              on,
              cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.setRollout(request.build())));
      if (isAsked && settings.secret.isEmpty()) {
        Secrets.tell(surroundings.terminal(), request.getCoordinator().getWebhook().getSecret());
      }
      return code;
    }
  }

  private static boolean coordinate(SetRolloutRequest.Builder request, Settings settings) {
    String url = settings.coordinator;
    if (url == null) {
      if (settings.coordinatorTimeout != null || settings.noAnswer != null) {
        throw CommandFailure.usage(
            "--coordinator-timeout and --no-answer go with --coordinator", "name the URL again");
      }
      return false;
    }
    if (url.equals("none")) {
      request.setCoordinator(Coordinator.getDefaultInstance());
      return false;
    }
    Webhook.Builder webhook =
        Webhook.newBuilder().setUrl(url).setSecret(Secrets.or(settings.secret));
    if (settings.coordinatorTimeout != null) {
      webhook.setTimeoutMillis((int) settings.coordinatorTimeout.toMillis());
    }
    request.setCoordinator(
        Coordinator.newBuilder()
            .setWebhook(webhook)
            .setSilenceAllows(
                settings.noAnswer != null
                    && isSecond("--no-answer", settings.noAnswer, "denies", "allows")));
    return true;
  }

  private static void shape(SetRolloutRequest.Builder request, Settings settings) {
    if (settings.surge != null) {
      request.setSurge(share("--max-surge", settings.surge));
    }
    if (settings.unavailable != null) {
      request.setUnavailable(share("--max-unavailable", settings.unavailable));
    }
    if (settings.minHealthy != null) {
      request.setMinHealthySeconds((int) settings.minHealthy.toSeconds());
    }
    if (settings.healthyWithin != null) {
      request.setHealthyWithinSeconds((int) settings.healthyWithin.toSeconds());
    }
    if (settings.canary != null) {
      request.setCanary(canary(settings.canary));
    }
    if (settings.soak != null) {
      request.setSoakSeconds((int) settings.soak.toSeconds());
    }
    if (settings.promote != null) {
      request.setByHand(isSecond("--promote", settings.promote, "auto", "manual"));
    }
    if (settings.onFailure != null) {
      request.setStays(isSecond("--on-failure", settings.onFailure, "rollback", "stay"));
    }
  }

  private static boolean isSecond(String option, String said, String first, String second) {
    if (!said.equals(first) && !said.equals(second)) {
      throw CommandFailure.usage(
          "%s is %s or %s, not \"%s\"".formatted(option, first, second, said), "choose one");
    }
    return said.equals(second);
  }

  private static Share share(String option, String text) {
    Matcher matcher = SHARE.matcher(text);
    if (!matcher.matches()) {
      throw CommandFailure.usage(
          "%s is a number of instances or a share of them, not \"%s\"".formatted(option, text),
          "write for example 2 or 25%");
    }
    return Share.newBuilder()
        .setValue(Integer.parseInt(matcher.group(1)))
        .setPercent(!matcher.group(2).isEmpty())
        .build();
  }

  private static SetRolloutRequest.Canary canary(String text) {
    var canary = SetRolloutRequest.Canary.newBuilder();
    for (String part : text.equals("none") ? new String[0] : text.split(",", -1)) {
      Matcher matcher = SHARE.matcher(part);
      if (!matcher.matches()) {
        throw CommandFailure.usage(
            "\"%s\" is no percentage".formatted(part), "write for example --canary 5,25");
      }
      canary.addPercents(Integer.parseInt(matcher.group(1)));
    }
    return canary.build();
  }

  private int tell(ClusterOptions on, App app) {
    new Answer(surroundings.terminal(), on.json)
        .one(
            app,
            () ->
                "%s/%s: %s. %s"
                    .formatted(
                        app.getTenant(),
                        app.getName(),
                        RolloutWords.deploy(app),
                        RolloutWords.policy(app.getRollout())));
    return 0;
  }
}

package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.Autoscale;
import dev.berth.proto.v1.SetAutoscaleRequest;
import dev.berth.proto.v1.Webhook;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A count that follows the traffic. */
@Command(
    name = "autoscale",
    description = {
      "Let the count of a process type follow its load between two bounds: up fast, down"
          + " slowly.",
      "Meanwhile berth scale refuses to change that count."
    },
    footer = {
      "Example: berth autoscale web --min 2 --max 10 --target p95=200ms",
      "Example: berth autoscale web --min 1 --max 20 --target rps=50",
      "Example: berth autoscale worker --max 20 --target cpu=70%%",
      "Example: berth autoscale worker --max 20 --target queue=100 --queue-url"
          + " https://shop.example.com/jobs",
      "Example: berth autoscale web --off",
      "JSON: the App."
    })
public final class AutoscaleCommand implements Callable<Integer> {
  private static final Pattern TARGET =
      Pattern.compile("(p95)=([0-9]{1,9})ms|(rps|queue)=([0-9]{1,9})|(cpu)=([0-9]{1,3})%");

  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  @Parameters(paramLabel = "TYPE", description = "The process type, for example web.")
  private String type = "";

  @Option(names = "--min", paramLabel = "COUNT", description = "At least so many; 1 if not given.")
  private int min = 1;

  @Option(names = "--max", paramLabel = "COUNT", description = "At most so many, up to 1000.")
  private int max;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = {
        "p95=200ms: 95 of 100 answers begin within that.",
        "rps=50: so many requests per second and instance.",
        "cpu=70%%: so much of their size's cpu do instances use on average.",
        "queue=100: so many jobs wait for each instance, as --queue-url says."
      })
  private String target = "";

  @Option(
      names = "--queue-url",
      paramLabel = "URL",
      description = {
        "Is sent a POST every 15 s and answers with a number: jobs that wait. It must be on the public",
        "internet, unless an operator allowed its network."
      })
  private String queueUrl = "";

  @Option(
      names = "--secret",
      paramLabel = "TEXT",
      description =
          "Signs the calls to it; 16 to 200 characters. If not given, one is made and told.")
  private String secret = "";

  @Option(names = "--off", description = "Stop; the count stays as it is.")
  private boolean off;

  public AutoscaleCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName name = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      SetAutoscaleRequest.Builder request =
          SetAutoscaleRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setName(name)
              .setProcessType(type);
      Autoscale policy = off ? null : policy();
      if (policy != null) {
        request.setAutoscale(policy);
      }
      App app =
          cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.setAutoscale(request.build()));
      new Answer(surroundings.terminal(), on.json)
          .one(app, () -> "Formation: " + AppsCommand.formation(app.getFormationList()));
      if (policy != null && policy.hasQueue() && secret.isEmpty()) {
        Secrets.tell(surroundings.terminal(), policy.getQueue().getWebhook().getSecret());
      }
      return 0;
    }
  }

  private Autoscale policy() {
    Matcher matcher = TARGET.matcher(target);
    boolean isByQueue = target.startsWith("queue=");
    if (!matcher.matches() || max == 0 || isByQueue == queueUrl.isEmpty()) {
      throw CommandFailure.usage(
          "autoscaling needs --max and a --target of the form p95=200ms, rps=50, cpu=70% or"
              + " queue=100, the last with --queue-url",
          "for example: berth autoscale web --min 2 --max 10 --target p95=200ms");
    }
    Autoscale.Builder policy = Autoscale.newBuilder().setMin(min).setMax(max);
    if (matcher.group(1) != null) {
      return policy.setP95Millis(Long.parseLong(matcher.group(2))).build();
    }
    if (matcher.group(5) != null) {
      return policy.setCpuPercent(Long.parseLong(matcher.group(6))).build();
    }
    long number = Long.parseLong(matcher.group(4));
    return isByQueue
        ? policy
            .setQueue(
                Autoscale.Queue.newBuilder()
                    .setJobs(number)
                    .setWebhook(
                        Webhook.newBuilder().setUrl(queueUrl).setSecret(Secrets.or(secret))))
            .build()
        : policy.setRequests(number).build();
  }
}

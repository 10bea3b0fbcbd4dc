package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.Autoscale;
import dev.berth.proto.v1.SetAutoscaleRequest;
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
      "Let the count of a process type follow its traffic between two bounds: up fast, down"
          + " slowly.",
      "Meanwhile berth scale refuses to change that count."
    },
    footer = {
      "Example: berth autoscale web --min 2 --max 10 --target p95=200ms",
      "Example: berth autoscale web --min 1 --max 20 --target rps=50",
      "Example: berth autoscale web --off",
      "JSON: the App."
    })
public final class AutoscaleCommand implements Callable<Integer> {
  private static final Pattern TARGET = Pattern.compile("p95=([0-9]{1,9})ms|rps=([0-9]{1,9})");

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
        "rps=50: so many requests per second and instance."
      })
  private String target = "";

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
      if (!off) {
        request.setAutoscale(policy());
      }
      App app =
          cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.setAutoscale(request.build()));
      new Answer(surroundings.terminal(), on.json)
          .one(app, () -> "Formation: " + AppsCommand.formation(app.getFormationList()));
      return 0;
    }
  }

  private Autoscale policy() {
    Matcher matcher = TARGET.matcher(target);
    if (!matcher.matches() || max == 0) {
      throw CommandFailure.usage(
          "autoscaling needs --max and a --target of the form p95=200ms or rps=50",
          "for example: berth autoscale web --min 2 --max 10 --target p95=200ms");
    }
    Autoscale.Builder policy = Autoscale.newBuilder().setMin(min).setMax(max);
    return matcher.group(1) == null
        ? policy.setRequests(Long.parseLong(matcher.group(2))).build()
        : policy.setP95Millis(Long.parseLong(matcher.group(1))).build();
  }
}

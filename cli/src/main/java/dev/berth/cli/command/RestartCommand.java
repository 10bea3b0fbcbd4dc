package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Progress;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.RestartRequest;
import dev.berth.proto.v1.RestartResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** New instances in place of the running ones. */
@Command(
    name = "restart",
    description = "Replace running instances; each new one is healthy before its old one stops.",
    footer = "JSON: {\"instances\": number, \"settled\": bool}.")
public final class RestartCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ChangeOptions on = new ChangeOptions();
  @Mixin private final AppOption option = new AppOption();
  @Mixin private final WaitOptions wait = new WaitOptions();

  @Parameters(
      paramLabel = "TARGET",
      arity = "0..1",
      defaultValue = "",
      description = "A process type (web) or an instance (web.3); default: all.")
  private String target = "";

  public RestartCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      RestartRequest request =
          RestartRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setName(app)
              .setTarget(target)
              .build();
      RestartResponse made =
          cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.restart(request));
      Change.Outcome outcome =
          new Change.Outcome(Json.of(made), "Restarted " + made.getInstances() + " instance(s)");
      return new Change(surroundings, cluster, progress, wait)
          .finish(app, 0, new Answer(surroundings.terminal(), on.json), outcome);
    }
  }
}

package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Progress;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.ScaleRequest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** How many instances, and of which size. */
@Command(
    name = "scale",
    description = "Set how many instances of which size each process type has.",
    footer = {
      "Example: berth scale web=4:small worker=2",
      "Example: berth scale worker=8 --where disk=fast --priority low",
      "JSON: {\"app\": App, \"settled\": bool}."
    })
public final class ScaleCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ChangeOptions on = new ChangeOptions();
  @Mixin private final AppOption option = new AppOption();
  @Mixin private final WaitOptions wait = new WaitOptions();
  @Mixin private final DemandOptions demands = new DemandOptions();

  @Parameters(
      paramLabel = "TYPE=COUNT[:SIZE]",
      arity = "1..*",
      description = "For example web=4, or web=4:small. 0 stops all. See berth sizes.")
  private List<String> changes = List.of();

  public ScaleCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName name = option.name(surroundings);
    List<ScaleChange> parsed = demands.changes(changes);
    try (Cluster cluster = on.open(surroundings);
        Progress progress = new Progress(surroundings.terminal(), surroundings.clock())) {
      ScaleRequest request =
          ScaleRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setName(name)
              .addAllChanges(parsed)
              .build();
      App app = cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.scale(request));
      Change.Outcome outcome =
          new Change.Outcome(
              Json.object().set("app", Json.of(app)),
              "Scaled to " + AppsCommand.formation(app.getFormationList()));
      return new Change(surroundings, cluster, progress, wait)
          .finish(name, app.getVersion(), new Answer(surroundings.terminal(), on.json), outcome);
    }
  }
}

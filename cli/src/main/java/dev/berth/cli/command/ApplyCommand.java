package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.ApplyPlanRequest;
import dev.berth.proto.v1.PlacementServiceGrpc;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Does what was planned. */
@Command(
    name = "apply",
    description = {
      "Make a change that was planned with --plan, if it would still do the same. A plan is kept for",
      "15 minutes, by the scheduler that made it; its token is good once. Does not follow the change."
    },
    footer = "JSON: {}.")
public final class ApplyCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  @Parameters(paramLabel = "TOKEN", description = "As the plan said.")
  private String token = "";

  public ApplyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Cluster cluster = on.open(surroundings)) {
      ApplyPlanRequest request = ApplyPlanRequest.newBuilder().setToken(token).build();
      var applied = cluster.ask(PlacementServiceGrpc::newBlockingStub, it -> it.applyPlan(request));
      new Answer(surroundings.terminal(), on.json)
          .one(applied, () -> "Accepted as planned; see berth ps and berth events.");
      return 0;
    }
  }
}

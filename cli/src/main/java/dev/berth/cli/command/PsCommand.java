package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.InstanceList;
import dev.berth.proto.v1.ListInstancesRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** An app's instances, as wanted and as they are. */
@Command(
    name = "ps",
    description = "List an app's instances and how they are.",
    footer = "JSON: one Instance object per line.")
public final class PsCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  public PsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      ListInstancesRequest request = ListInstancesRequest.newBuilder().setName(app).build();
      InstanceList found =
          cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.listInstances(request));
      new Answer(surroundings.terminal(), on.json)
          .list(
              found.getInstancesList(),
              () -> InstanceWords.table(found.getInstancesList(), surroundings.clock().instant()),
              "No instances. Next: berth scale web=1");
      if (!on.json
          && found.getApp().getFormationList().stream().anyMatch(it -> it.hasAutoscale())) {
        surroundings
            .terminal()
            .out()
            .println(AppsCommand.formation(found.getApp().getFormationList()));
      }
      return 0;
    }
  }
}

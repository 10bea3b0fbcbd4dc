package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.DomainRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The hostnames that reach an app. */
@Command(
    name = "domains",
    description = "List, add or remove the hostnames that reach an app's web instances.",
    footer = "JSON: the App, its domains in \"domains\".")
public final class DomainsCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  public DomainsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName name = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      App app = cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.getApp(name));
      new Answer(surroundings.terminal(), on.json)
          .one(app, () -> String.join("\n", app.getDomainsList()));
      return 0;
    }
  }

  @Command(description = "Add a hostname.", footer = "JSON: the App.")
  int add(
      @Mixin ClusterOptions on,
      @Mixin AppOption option,
      @Parameters(paramLabel = "HOSTNAME") String hostname) {
    AppName name = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      DomainRequest request = request(cluster, name, hostname);
      App app = cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.addDomain(request));
      new Answer(surroundings.terminal(), on.json).one(app, () -> hostname + " added.");
      return 0;
    }
  }

  @Command(description = "Remove a hostname.", footer = "JSON: the App.")
  int remove(
      @Mixin ClusterOptions on,
      @Mixin AppOption option,
      @Parameters(paramLabel = "HOSTNAME") String hostname) {
    AppName name = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      DomainRequest request = request(cluster, name, hostname);
      App app = cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.removeDomain(request));
      new Answer(surroundings.terminal(), on.json).one(app, () -> hostname + " removed.");
      return 0;
    }
  }

  private static DomainRequest request(Cluster cluster, AppName app, String hostname) {
    return DomainRequest.newBuilder()
        .setMutation(cluster.mutation())
        .setName(app)
        .setHostname(hostname)
        .build();
  }
}

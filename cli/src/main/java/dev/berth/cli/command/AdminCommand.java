package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.AdminServiceGrpc;
import dev.berth.proto.v1.Brake;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ClusterStatus;
import dev.berth.proto.v1.FreezeRequest;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.ThawRequest;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What keeps a cluster. For operators. */
@Command(
    name = "admin",
    description = {
      "Keep the cluster (operators): freeze, thaw. Without one of them: say how freely the instances of",
      "silent nodes are replaced."
    },
    footer = "JSON: the Brake.")
public final class AdminCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  public AdminCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Cluster cluster = on.open(surroundings)) {
      ClusterStatus status =
          cluster.ask(
              ClusterServiceGrpc::newBlockingStub,
              it -> it.getStatus(GetStatusRequest.getDefaultInstance()));
      return tell(status.getBrake(), on);
    }
  }

  @Command(
      description = {
        "Hold the cluster as it is: no node is given up, no lost instance is started elsewhere, no",
        "campaign moves an app. What tenants ask for goes on. Holds until: berth admin thaw."
      },
      footer = "JSON: the Brake.")
  int freeze(
      @Mixin ClusterOptions on,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the history.")
          @Nullable String reason) {
    try (Cluster cluster = on.open(surroundings)) {
      FreezeRequest request =
          FreezeRequest.newBuilder().setMutation(mutation(cluster, reason)).build();
      return tell(cluster.ask(AdminServiceGrpc::newBlockingStub, it -> it.freeze(request)), on);
    }
  }

  @Command(
      description = {
        "End a freeze. If the cluster froze by itself because most nodes are silent, that does not",
        "count for the time given or until enough are back: their instances are started elsewhere,",
        "one node's every 10 s. Be sure that the silent nodes are gone, not only out of sight."
      },
      footer = "JSON: the Brake.")
  int thaw(
      @Mixin ClusterOptions on,
      @Option(
              names = "--for",
              paramLabel = "TIME",
              converter = DurationConverter.class,
              defaultValue = "1h",
              description = "From 1m to 24h; 1h if not given.")
          Duration time,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the history.")
          @Nullable String reason) {
    try (Cluster cluster = on.open(surroundings)) {
      ThawRequest request =
          ThawRequest.newBuilder()
              .setMutation(mutation(cluster, reason))
              .setSeconds((int) Math.min(time.toSeconds(), Integer.MAX_VALUE))
              .build();
      return tell(cluster.ask(AdminServiceGrpc::newBlockingStub, it -> it.thaw(request)), on);
    }
  }

  private static Mutation mutation(Cluster cluster, @Nullable String reason) {
    return cluster.mutation().toBuilder().setReason(reason == null ? "" : reason).build();
  }

  private int tell(Brake brake, ClusterOptions on) {
    new Answer(surroundings.terminal(), on.json).one(brake, () -> BrakeWords.of(brake));
    return 0;
  }
}

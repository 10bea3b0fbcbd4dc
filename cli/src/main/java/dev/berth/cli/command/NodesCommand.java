package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Terminal.Color;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The hosts that run instances. For operators. */
@Command(
    name = "nodes",
    description = "List the nodes, their room and how they are (operators).",
    footer = "JSON: one Node object per line.")
public final class NodesCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  public NodesCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Cluster cluster = on.open(surroundings)) {
      List<Node> nodes =
          cluster
              .ask(
                  NodeServiceGrpc::newBlockingStub,
                  it -> it.listNodes(ListNodesRequest.getDefaultInstance()))
              .getNodesList();
      Instant now = surroundings.clock().instant();
      new Answer(surroundings.terminal(), on.json)
          .list(nodes, () -> table(nodes, now), "No nodes yet.");
      return 0;
    }
  }

  static Table table(List<Node> nodes, Instant now) {
    Table table =
        new Table("node", "phase", "seen", "instances", "memory", "of", "disk", "of", "runtime");
    for (Node it : nodes) {
      table.row(
          it.getName(),
          it.getPhase().name().toLowerCase(Locale.ROOT),
          Words.since(it.getLastSeen(), now),
          it.getInstances(),
          Words.mib(it.getUsed().getMemoryMib()),
          Words.mib(it.getCapacity().getMemoryMib()),
          Words.mib(it.getUsed().getDiskMib()),
          Words.mib(it.getCapacity().getDiskMib()),
          it.getRuntime());
    }
    return table.paint(1, phase -> phase.equals("ready") ? Color.GOOD : Color.BAD);
  }
}

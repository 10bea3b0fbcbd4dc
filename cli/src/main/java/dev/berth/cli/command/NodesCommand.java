package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Terminal.Color;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.CheckFinding;
import dev.berth.proto.v1.CordonNodeRequest;
import dev.berth.proto.v1.LabelNodeRequest;
import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.ListNodesResponse;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.proto.v1.VerifyNodeRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The hosts that run instances. For operators. */
@Command(
    name = "nodes",
    aliases = "node",
    description = {
      "List the nodes, their room and how they are (operators). A node that is not verified keeps what",
      "runs and gets no new instances. berth node is the same command."
    },
    footer = "JSON: one Node object per line.")
public final class NodesCommand implements Callable<Integer> {
  /** Longer than the cluster itself waits. */
  private static final Duration LONGEST_VERIFICATION = Duration.ofMinutes(6);

  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();

  public NodesCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    try (Cluster cluster = on.open(surroundings)) {
      ListNodesResponse listed =
          cluster.ask(
              NodeServiceGrpc::newBlockingStub,
              it -> it.listNodes(ListNodesRequest.getDefaultInstance()));
      List<Node> nodes = listed.getNodesList();
      Instant now = surroundings.clock().instant();
      new Answer(surroundings.terminal(), on.json)
          .list(nodes, () -> table(nodes, now), "No nodes yet.");
      if (!BrakeWords.isUsual(listed.getBrake())) {
        surroundings.terminal().err().println(BrakeWords.of(listed.getBrake()));
      }
      return 0;
    }
  }

  @Command(
      description = {
        "Have a node try its own defences from throw-away containers, now, and show what it found.",
        "Takes some tens of seconds. A node that fails a required check gets no new instances until",
        "it passes. Exits with 0 only if every required check passed."
      },
      footer = "JSON: the VerificationReport.")
  int verify(
      @Mixin ClusterOptions on,
      @Parameters(paramLabel = "NODE") String node,
      @Option(names = "--quick", description = "Only the short form that agents start with.")
          boolean quick) {
    try (Cluster cluster = on.open(surroundings)) {
      VerifyNodeRequest request =
          VerifyNodeRequest.newBuilder().setNode(node).setQuick(quick).build();
      VerificationReport report =
          cluster.converse(
              NodeServiceGrpc::newBlockingStub,
              it ->
                  it.withDeadlineAfter(LONGEST_VERIFICATION.toSeconds(), TimeUnit.SECONDS)
                      .verifyNode(request));
      return tell(node, report, on.json);
    }
  }

  @Command(
      description = {
        "Give a node labels (zone=a) or take them off (zone-), beside those of its own settings.",
        "zone and rack are what instances are spread over, pool says for whom the node is, tenant makes",
        "it one tenant's own. What runs stays."
      },
      footer = "JSON: the Node.")
  int label(
      @Mixin ClusterOptions on,
      @Parameters(paramLabel = "NODE") String node,
      @Parameters(paramLabel = "KEY=VALUE|KEY-", arity = "1..*") List<String> labels) {
    LabelNodeRequest.Builder request = LabelNodeRequest.newBuilder().setNode(node);
    for (String label : labels) {
      int at = label.indexOf('=');
      if (at > 0) {
        request.putSet(label.substring(0, at), label.substring(at + 1));
      } else if (at < 0 && label.length() > 1 && label.endsWith("-")) {
        request.addUnset(label.substring(0, label.length() - 1));
      } else {
        throw CommandFailure.usage(
            '"' + label + "\" is not KEY=VALUE or KEY-", "write for example zone=a or zone-");
      }
    }
    try (Cluster cluster = on.open(surroundings)) {
      request.setMutation(cluster.mutation());
      Node after =
          cluster.ask(NodeServiceGrpc::newBlockingStub, it -> it.labelNode(request.build()));
      new Answer(surroundings.terminal(), on.json)
          .one(after, () -> "%s: %s".formatted(node, new TreeMap<>(after.getLabelsMap())));
      return 0;
    }
  }

  @Command(
      description = "Give a node no new instances; what runs there stays.",
      footer = "JSON: the Node.")
  int cordon(@Mixin ChangeOptions on, @Parameters(paramLabel = "NODE") String node) {
    return cordon(on, node, true);
  }

  @Command(description = "Give a node new instances again.", footer = "JSON: the Node.")
  int uncordon(@Mixin ChangeOptions on, @Parameters(paramLabel = "NODE") String node) {
    return cordon(on, node, false);
  }

  private int cordon(ClusterOptions on, String node, boolean cordoned) {
    try (Cluster cluster = on.open(surroundings)) {
      CordonNodeRequest request =
          CordonNodeRequest.newBuilder()
              .setMutation(cluster.mutation())
              .setNode(node)
              .setCordoned(cordoned)
              .build();
      Node after = cluster.ask(NodeServiceGrpc::newBlockingStub, it -> it.cordonNode(request));
      String words = cordoned ? " gets no new instances." : " gets new instances again.";
      new Answer(surroundings.terminal(), on.json).one(after, () -> node + words);
      return 0;
    }
  }

  @Command(
      description = {
        "Have all that runs on a node replaced elsewhere, each instance before the old one leaves and",
        "within its app's budget; the node gets nothing new. The cluster does it: whoever asked may",
        "leave, and ask again to follow it."
      },
      footer = "JSON: the Node.")
  int drain(
      @Mixin ChangeOptions on,
      @Parameters(paramLabel = "NODE") String node,
      @Mixin DrainOptions how,
      @Mixin WaitOptions wait) {
    return new DrainCommand(surroundings, on).drain(node, how, wait);
  }

  @Command(
      description = {
        "Drain a node and then forget it, to take the machine away. What does not find room elsewhere",
        "stays, until the deadline if there is one."
      },
      footer = "JSON: the Node.")
  int replace(
      @Mixin ChangeOptions on,
      @Parameters(paramLabel = "NODE") String node,
      @Mixin DrainOptions how,
      @Mixin WaitOptions wait) {
    var drain = new DrainCommand(surroundings, on);
    int drained = drain.drain(node, how, wait);
    return drained == 0 && !how.undo && !wait.noWait ? drain.remove(node) : drained;
  }

  @Command(
      description = "Forget a node that has no instances; its agent may join again.",
      footer = "JSON: {}.")
  int remove(@Mixin ClusterOptions on, @Parameters(paramLabel = "NODE") String node) {
    return new DrainCommand(surroundings, on).remove(node);
  }

  private int tell(String node, VerificationReport report, boolean json) {
    List<CheckFinding> failed =
        report.getFindingsList().stream()
            .filter(it -> it.getRequired() && !it.getPassed())
            .toList();
    new Answer(surroundings.terminal(), json).table(report, () -> findings(report));
    if (!json) {
      String took = "%.1f s".formatted(report.getMillis() / 1000.0);
      surroundings
          .terminal()
          .err()
          .println(
              failed.isEmpty()
                  ? "%s passed %d checks in %s.".formatted(node, report.getFindingsCount(), took)
                  : "%s failed %d of %d checks in %s: no new instances until it passes."
                      .formatted(node, failed.size(), report.getFindingsCount(), took));
    }
    return (failed.isEmpty() ? ExitCode.DONE : ExitCode.UNVERIFIED).number();
  }

  private static Table findings(VerificationReport report) {
    Table table = new Table("check", "guards", "expected", "seen", "passed");
    for (CheckFinding it : report.getFindingsList()) {
      String failed = it.getRequired() ? "NO" : "no (not required)";
      table.row(
          it.getName(),
          it.getGuards(),
          it.getExpected(),
          it.getSeen(),
          it.getPassed() ? "yes" : failed);
    }
    return table.paint(
        4,
        passed ->
            switch (passed) {
              case "yes" -> Color.GOOD;
              case "NO" -> Color.BAD;
              default -> Color.PLAIN;
            });
  }

  private static String phase(Node node) {
    String phase = node.getPhase().name().toLowerCase(Locale.ROOT);
    String drained = node.getDrainingSince() == 0 ? phase : phase + ", draining";
    return node.getCordoned() ? drained + ", cordoned" : drained;
  }

  private static String verified(Node node) {
    if (node.getFailedChecksCount() > 0) {
      return "fails " + String.join(", ", node.getFailedChecksList());
    }
    return node.getVerifiedAt() == 0 ? "not yet" : "yes";
  }

  static Table table(List<Node> nodes, Instant now) {
    Table table =
        new Table(
            "node",
            "phase",
            "seen",
            "instances",
            "memory",
            "of",
            "disk",
            "of",
            "runtime",
            "verified");
    for (Node it : nodes) {
      table.row(
          it.getName(),
          phase(it),
          Words.since(it.getLastSeen(), now),
          it.getInstances(),
          Words.mib(it.getUsed().getMemoryMib()),
          Words.mib(it.getCapacity().getMemoryMib()),
          Words.mib(it.getUsed().getDiskMib()),
          Words.mib(it.getCapacity().getDiskMib()),
          it.getRuntime(),
          verified(it));
    }
    return table
        .paint(1, phase -> phase.equals("ready") ? Color.GOOD : Color.BAD)
        .paint(9, verified -> verified.equals("yes") ? Color.GOOD : Color.BAD);
  }
}

package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.NodeShortage;
import dev.berth.proto.v1.PlacementServiceGrpc;
import dev.berth.proto.v1.Reason;
import dev.berth.proto.v1.Remedy;
import dev.berth.proto.v1.RuleRefusal;
import dev.berth.proto.v1.WhyRequest;
import dev.berth.proto.v1.WhyResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Why instances wait, or are where they are. */
@Command(
    name = "why",
    description = {
      "Say why instances wait: which rules the nodes break and by how much, and what would place",
      "them, cheapest first; and why the others are where they are. Operators see which nodes."
    },
    footer = {"Example: berth why -a acme/shop web.3", "JSON: one Reason object per line."})
public final class WhyCommand implements Callable<Integer> {
  private static final int SHOWN_NODES = 5;

  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  @Parameters(
      paramLabel = "TYPE[.N]",
      arity = "0..1",
      defaultValue = "",
      description = "Only these, for example web or web.3.")
  private String target = "";

  public WhyCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      WhyRequest request = WhyRequest.newBuilder().setName(app).setTarget(target).build();
      WhyResponse found = cluster.ask(PlacementServiceGrpc::newBlockingStub, it -> it.why(request));
      Answer answer = new Answer(surroundings.terminal(), on.json);
      if (found.getReasonsCount() == 0) {
        surroundings.terminal().err().println("No instances. Next: berth scale web=1");
      }
      found.getReasonsList().forEach(reason -> answer.lines(reason, () -> words(reason)));
      return 0;
    }
  }

  private static String words(Reason reason) {
    List<String> lines = new ArrayList<>();
    if (!reason.getPending()) {
      return "%s: %s".formatted(reason.getInstances(0), reason.getWords());
    }
    lines.add("%s: pending, %s".formatted(names(reason.getInstancesList()), reason.getWords()));
    reason.getRefusalsList().forEach(refusal -> lines.add("  " + words(refusal)));
    String next = "next: ";
    for (Remedy remedy : reason.getRemediesList()) {
      lines.add("  " + next + words(remedy));
      next = "or:   ";
    }
    return String.join("\n", lines);
  }

  private static String names(List<String> instances) {
    return instances.size() <= SHOWN_NODES
        ? String.join(", ", instances)
        : "%s to %s (%d)".formatted(instances.getFirst(), instances.getLast(), instances.size());
  }

  private static String words(RuleRefusal refusal) {
    StringBuilder words =
        new StringBuilder("%d node(s) %s".formatted(refusal.getNodes(), refusal.getWords()));
    if (refusal.getLeastMissing() > 0) {
      words.append(", by at least ").append(refusal.getLeastMissing());
    }
    List<NodeShortage> nodes = refusal.getShortagesList();
    if (!nodes.isEmpty()) {
      List<String> shown =
          nodes.stream()
              .limit(SHOWN_NODES)
              .map(it -> it.getMissing() > 0 ? it.getNode() + " " + it.getMissing() : it.getNode())
              .toList();
      String more = nodes.size() > SHOWN_NODES ? ", ..." : "";
      words.append(": ").append(String.join(", ", shown)).append(more);
    }
    return words.toString();
  }

  private static String words(Remedy remedy) {
    return remedy.getCommand().isEmpty()
        ? remedy.getWords()
        : remedy.getWords() + ": " + remedy.getCommand();
  }
}

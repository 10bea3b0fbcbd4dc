package dev.berth.cli.command;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Table;
import dev.berth.cli.output.Terminal;
import dev.berth.cli.output.Terminal.Color;
import dev.berth.proto.v1.PlacementServiceGrpc;
import dev.berth.proto.v1.PlanRequest;
import dev.berth.proto.v1.PlanResponse;
import dev.berth.proto.v1.PlannedStep;
import dev.berth.proto.v1.Quota;
import dev.berth.proto.v1.ScaleRequest;
import dev.berth.proto.v1.SetQuotaRequest;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a change would do, without making it. */
@Command(
    name = "plan",
    description = {
      "Say what a change would start, move and stop if it were made now, by the scheduler's own code",
      "on a copy of its state; and what would find no room. Changes nothing."
    },
    footer = "JSON: the PlanResponse.")
public final class PlanCommand implements Runnable {
  private final Surroundings surroundings;

  @Mixin
  @SuppressWarnings("UnusedVariable") // every command has these
  private final ClusterOptions on = new ClusterOptions();

  public PlanCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public void run() {
    throw CommandFailure.usage("plan what?", "berth plan scale web=4, or berth plan quota TENANT");
  }

  @Command(description = "Plan a berth scale.", footer = "JSON: the PlanResponse.")
  int scale(
      @Mixin ClusterOptions on,
      @Mixin AppOption option,
      @Mixin DemandOptions demands,
      @Parameters(
              paramLabel = "TYPE=COUNT[:SIZE]",
              arity = "1..*",
              description = "For example web=4, or web=4:small.")
          List<String> changes) {
    ScaleRequest scale =
        ScaleRequest.newBuilder()
            .setName(option.name(surroundings))
            .addAllChanges(demands.changes(changes))
            .build();
    return plan(on, PlanRequest.newBuilder().setScale(scale).build());
  }

  @Command(
      description = "Plan a berth tenants quota; what runs beyond a quota stays.",
      footer = "JSON: the PlanResponse.")
  int quota(
      @Mixin ClusterOptions on,
      @Parameters(paramLabel = "NAME") String name,
      @Option(names = "--instances", required = true, paramLabel = "N", description = "At most.")
          int instances,
      @Option(names = "--memory", required = true, paramLabel = "MIB", description = "At most.")
          long memoryMib,
      @Option(names = "--apps", required = true, paramLabel = "N", description = "At most.")
          int apps) {
    Quota quota =
        Quota.newBuilder()
            .setMaxInstances(instances)
            .setMaxMemoryMib(memoryMib)
            .setMaxApps(apps)
            .build();
    SetQuotaRequest set = SetQuotaRequest.newBuilder().setName(name).setQuota(quota).build();
    return plan(on, PlanRequest.newBuilder().setQuota(set).build());
  }

  private int plan(ClusterOptions on, PlanRequest request) {
    try (Cluster cluster = on.open(surroundings)) {
      PlanResponse plan =
          cluster.ask(PlacementServiceGrpc::newBlockingStub, it -> it.plan(request));
      if (plan.hasRefusal() && !on.json) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            plan.getRefusal().getCode(),
            plan.getRefusal().getReason(),
            plan.getRefusal().getRemedy());
      }
      tell(plan, surroundings.terminal(), on.json);
      return plan.hasRefusal() ? ExitCode.REFUSED.number() : 0;
    }
  }

  /** The steps, and what to do to have them done. */
  public static void tell(PlanResponse plan, Terminal terminal, boolean json) {
    new Answer(terminal, json).table(plan, () -> table(plan));
    if (!json) {
      terminal.err().println(summary(plan));
      if (!plan.getToken().isEmpty()) {
        terminal.err().println("Nothing was changed. To do it: berth apply " + plan.getToken());
      }
    }
  }

  private static Table table(PlanResponse plan) {
    Table table = new Table("after", "step", "instance", "node", "from", "cause");
    for (PlannedStep it : plan.getStepsList()) {
      table.row(
          it.getAfterSeconds() + " s",
          it.getKind().name().toLowerCase(Locale.ROOT),
          it.getInstance(),
          it.getNode(),
          it.getFrom().isEmpty() ? "-" : it.getFrom(),
          it.getCause());
    }
    plan.getWaitsList()
        .forEach(it -> table.row("-", "wait", it.getInstance(), "-", "-", it.getWords()));
    return table.paint(
        1,
        step ->
            switch (step) {
              case "start", "move" -> Color.GOOD;
              case "stop" -> Color.WAITING;
              default -> Color.BAD;
            });
  }

  private static String summary(PlanResponse plan) {
    return "%d step(s) in about %d s, %d disruption(s), %d without room; %d instances run afterwards.%s"
        .formatted(
            plan.getStepsCount(),
            plan.getSeconds(),
            plan.getDisruptions(),
            plan.getWaitsCount(),
            plan.getRunning(),
            plan.getComplete() ? "" : " The plan is cut off: there is more.");
  }
}

package dev.berth.scheduler.api;

import dev.berth.proto.v1.NodeShortage;
import dev.berth.proto.v1.Reason;
import dev.berth.proto.v1.RuleRefusal;
import dev.berth.proto.v1.WhyResponse;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.placement.Diagnosis;
import dev.berth.scheduler.placement.NodeRefusal;
import dev.berth.scheduler.placement.Remedy;
import dev.berth.scheduler.placement.Rule;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Sizes;
import dev.berth.scheduler.wire.Refusing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why an app's instances wait or are where they are. Pure.
 *
 * <p>A tenant learns how many nodes refuse and how little is missing; which nodes those are, and
 * what could be done to them, is for operators.
 */
final class Reasons {
  private final Snapshot snapshot;
  private final NodePools pools;
  private final boolean isOperator;
  private final Map<String, HistoryEvent> decisions = new HashMap<>();

  Reasons(Snapshot snapshot, NodePools pools, Caller caller) {
    this.snapshot = snapshot;
    this.pools = pools;
    this.isOperator = caller instanceof Caller.Operator;
  }

  WhyResponse of(App app, String target) {
    read(app);
    WhyResponse.Builder response = WhyResponse.newBuilder();
    for (String type : app.formation().keySet()) {
      var id = new ProcessTypeId(app.id(), type);
      waiting(app, id, target).ifPresent(response::addReasons);
      for (Placement placement : snapshot.state().placements().of(id)) {
        if (placement.isWanted() && isMeant(placement.instance(), target)) {
          response.addReasons(placed(placement));
        }
      }
    }
    if (response.getReasonsCount() == 0 && !target.isEmpty()) {
      throw Refusing.asStatus(
          RefusalCode.INSTANCE_NOT_FOUND,
          "target",
          "app %s has no instance %s".formatted(app.id(), target),
          "list its instances with: berth ps -a " + app.id());
    }
    return response.build();
  }

  private static boolean isMeant(InstanceId instance, String target) {
    return target.isEmpty()
        || target.equals(instance.type().name())
        || target.equals(instance.shortName());
  }

  private Optional<Reason> waiting(App app, ProcessTypeId type, String target) {
    List<String> names = new ArrayList<>();
    for (InstanceId id : snapshot.pending().tailMap(new InstanceId(type, 1), true).keySet()) {
      if (!id.type().equals(type)) {
        break;
      }
      if (isMeant(id, target)) {
        names.add(id.shortName());
      }
    }
    Formation formation = app.formation().get(type.name());
    if (names.isEmpty() || formation == null) {
      return Optional.empty();
    }
    var diagnosis =
        Diagnosis.of(
            new Diagnosis.Question(
                snapshot.state(), snapshot.actual(), pools, type, Sizes.known(formation.size())));
    String words =
        diagnosis.fits()
            ? "a node has room by now; it is placed in a moment"
            : "every one of %d node(s) refuses".formatted(diagnosis.byNode().size());
    Reason.Builder reason =
        Reason.newBuilder().addAllInstances(names).setPending(true).setWords(words);
    diagnosis.byRule().forEach((rule, broken) -> reason.addRefusals(refusal(rule, broken)));
    diagnosis
        .remedies()
        .forEach(remedy -> remedy(app, type, formation, remedy).ifPresent(reason::addRemedies));
    return Optional.of(reason.build());
  }

  private RuleRefusal refusal(Rule rule, List<NodeRefusal> broken) {
    RuleRefusal.Builder refusal =
        RuleRefusal.newBuilder()
            .setRule(rule.name())
            .setWords(rule.words())
            .setNodes(broken.size())
            .setLeastMissing(broken.stream().mapToLong(NodeRefusal::missing).min().orElse(0));
    if (isOperator) {
      broken.forEach(it ->
          refusal.addShortages(
              NodeShortage.newBuilder().setNode(it.node().name()).setMissing(it.missing())));
    }
    return refusal.build();
  }

  private Optional<dev.berth.proto.v1.Remedy> remedy(
      App app, ProcessTypeId type, Formation formation, Remedy remedy) {
    String scale = "berth scale %s=%d".formatted(type.name(), formation.count());
    String on = " -a " + app.id();
    return switch (remedy) {
      case Remedy.Open open -> isOperator ? Optional.of(opened(open)) : Optional.empty();
      case Remedy.Resize(var size) ->
          said("scale to size " + size.name(), scale + ":" + size.name() + on);
      case Remedy.Free(var node, var missing) ->
          isOperator
              ? said("free %s on node %s".formatted(amounts(missing), node), "")
              : said(
                  "have %s freed on a node: scale something down".formatted(amounts(missing)), "");
      case Remedy.Relax(var asked) -> said("do not ask for " + asked, scale + " --where ''" + on);
      case Remedy.Share() -> said("let instances share a node", scale + " --no-anti-affinity" + on);
      case Remedy.Join(var pool, var atLeast, var labels) ->
          said(
              "add a node to pool %s with at least %s free%s"
                  .formatted(pool, amounts(atLeast), labels.isEmpty() ? "" : " and " + labels),
              "");
    };
  }

  private static dev.berth.proto.v1.Remedy opened(Remedy.Open open) {
    String command =
        switch (open.closedBy()) {
          case CORDONED -> "berth node uncordon " + open.node();
          case UNVERIFIED -> "berth node verify " + open.node();
          default -> "";
        };
    String words =
        switch (open.closedBy()) {
          case CORDONED -> "uncordon node " + open.node();
          case UNVERIFIED -> "mend node %s until its checks pass".formatted(open.node());
          default -> "bring node %s back: it has room".formatted(open.node());
        };
    return dev.berth.proto.v1.Remedy.newBuilder().setWords(words).setCommand(command).build();
  }

  private static Optional<dev.berth.proto.v1.Remedy> said(String words, String command) {
    return Optional.of(
        dev.berth.proto.v1.Remedy.newBuilder().setWords(words).setCommand(command).build());
  }

  private static String amounts(Capacity capacity) {
    List<String> parts = new ArrayList<>();
    amount(parts, capacity.memoryMib(), "MiB of memory");
    amount(parts, capacity.cpuMillis(), "cpu weight");
    amount(parts, capacity.pids(), "pids");
    amount(parts, capacity.diskMib(), "MiB of disk");
    amount(parts, capacity.addresses(), "address(es)");
    return String.join(", ", parts);
  }

  private static void amount(List<String> parts, long amount, String unit) {
    if (amount > 0) {
      parts.add(amount + " " + unit);
    }
  }

  private Reason placed(Placement placement) {
    Reason.Builder reason =
        Reason.newBuilder()
            .addInstances(placement.instance().shortName())
            .setNode(placement.node().name())
            .setWords("placed before the history that is kept");
    HistoryEvent event = decisions.get(placement.id().toString());
    return event == null
        ? reason.build()
        : reason.setWords(event.message()).setEvent(event.sequence()).build();
  }

  /** The history's decisions on the app's placements, by the placement's id. */
  private void read(App app) {
    for (HistoryEvent event : snapshot.history().values()) {
      if (event.kind().equals("instance.placed") && app.id().equals(event.subject().app())) {
        int end = event.message().indexOf(' ');
        decisions.put(event.message().substring(0, Math.max(0, end)), event);
      }
    }
  }
}

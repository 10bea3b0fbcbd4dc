package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.Labels;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.pcollections.TreePMap;

/** What operators say of nodes: labels, and whether they take new instances. */
final class NodeRules {
  private static final Duration MAX_DEADLINE = Duration.ofDays(7);

  private NodeRules() {}

  static Verdict label(Request request, Command.LabelNode label) {
    return onNode(request, label.node(), node -> labelled(request, node, label));
  }

  static Verdict cordon(Request request, Command.CordonNode cordon) {
    return onNode(
        request,
        cordon.node(),
        node ->
            changed(
                request,
                node.with(node.policy().cordoned(cordon.cordoned())),
                cordon.cordoned() ? "node.cordoned" : "node.uncordoned",
                cordon.cordoned()
                    ? "gets no new instances; what runs stays"
                    : "gets new instances again"));
  }

  static Verdict drain(Request request, Command.DrainNode drain) {
    if (drain.deadline().isNegative() || drain.deadline().compareTo(MAX_DEADLINE) > 0) {
      return Refusals.denied(
          RefusalCode.INVALID_REQUEST,
          "deadline",
          "%d s is not between 0 and %d s"
              .formatted(drain.deadline().toSeconds(), MAX_DEADLINE.toSeconds()),
          "give a shorter deadline; 0 is none");
    }
    Instant deadline = drain.deadline().isZero() ? null : request.now().plus(drain.deadline());
    String reason = Names.printable(request.mutation().reason());
    return onNode(
        request,
        drain.node(),
        node -> {
          NodePolicy.Drain before = node.policy().drain();
          Instant since = before == null ? request.now() : before.since();
          return changed(
              request,
              node.with(node.policy().draining(new NodePolicy.Drain(since, deadline, reason))),
              "node.draining",
              deadline == null
                  ? "all that runs there goes elsewhere"
                  : "all that runs there goes elsewhere, by %s at the latest".formatted(deadline));
        });
  }

  static Verdict undrain(Request request, Command.UndrainNode undrain) {
    return onNode(
        request,
        undrain.node(),
        node ->
            changed(
                request,
                node.with(node.policy().draining(null)),
                "node.undrained",
                "what is still there stays; it gets new instances again"));
  }

  static Verdict remove(Request request, Command.RemoveNode remove) {
    return onNode(
        request,
        remove.node(),
        node -> {
          int instances = request.state().placements().on(node.id()).size();
          return instances > 0
              ? Refusals.denied(
                  RefusalCode.NODE_NOT_EMPTY,
                  "node",
                  "node %s still has %d instance(s)".formatted(node.id(), instances),
                  "drain it first: berth node drain " + node.id())
              : new Admitted(
                  List.of(new Change.RemoveNode(node.id())),
                  List.of(
                      request.event(
                          "node.removed",
                          Subject.of(node.id()),
                          "forgotten; its agent may join again")),
                  new Result.Done());
        });
  }

  private static Verdict labelled(Request request, KnownNode node, Command.LabelNode label) {
    for (Map.Entry<String, String> entry : label.set().entrySet()) {
      Optional<Denied> refusal = refusal(entry.getKey(), entry.getValue());
      if (refusal.isPresent()) {
        return refusal.get();
      }
    }
    TreePMap<String, String> labels =
        node.policy().labels().minusAll(label.unset()).plusAll(label.set());
    if (labels.size() > Labels.MAX) {
      return Refusals.denied(
          RefusalCode.LIMIT_EXCEEDED,
          "set",
          "the node would have %d labels by operators, at most %d are allowed"
              .formatted(labels.size(), Labels.MAX),
          "remove some: `berth node label %s KEY-`".formatted(node.id()));
    }
    return changed(
        request,
        node.with(node.policy().withLabels(labels)),
        "node.labelled",
        "labels by operators: " + labels);
  }

  private static Optional<Denied> refusal(String key, String value) {
    if (key.equals(Labels.ARCH)) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.INVALID_REQUEST,
              "set.arch",
              "the label arch is what the node's processor is; nobody sets it",
              "choose another key"));
    }
    return Labels.isKey(key) && Labels.isValue(value)
        ? Optional.empty()
        : Optional.of(
            Refusals.denied(
                RefusalCode.INVALID_REQUEST,
                "set." + Names.printable(key),
                "%s=%s is not a label".formatted(Names.printable(key), Names.printable(value)),
                "use a-z, 0-9, '-', '_', '.' (keys also '/', values also A-Z), at most 63 each"));
  }

  private static Verdict changed(Request request, KnownNode node, String kind, String words) {
    if (node.equals(request.state().nodes().get(node.id()))) {
      return new Admitted(List.of(), List.of(), new Result.NodeResult(node));
    }
    return new Admitted(
        List.of(new Change.PutNode(node)),
        List.of(request.event(kind, Subject.of(node.id()), words)),
        new Result.NodeResult(node));
  }

  private static Verdict onNode(Request request, String name, Function<KnownNode, Verdict> rule) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("changing a node");
    }
    return request.state().nodes().values().stream()
        .filter(node -> node.id().name().equals(name))
        .findFirst()
        .map(rule)
        .orElseGet(() ->
            Refusals.denied(
                RefusalCode.NODE_NOT_FOUND,
                "node",
                "there is no node " + Names.printable(name),
                "list the nodes with: berth nodes"));
  }
}

package dev.berth.scheduler.api;

import dev.berth.proto.v1.PlanResponse;
import dev.berth.proto.v1.PlannedStep;
import dev.berth.proto.v1.PlannedWait;
import dev.berth.proto.v1.Refusal;
import dev.berth.scheduler.control.Planner.Forecast;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome.Refused;
import dev.berth.scheduler.state.Placement;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** A forecast as the API shows it. Pure. */
final class Plans {
  private final Instant began;
  private final PlanResponse.Builder plan = PlanResponse.newBuilder();
  private final Map<InstanceId, NodeId> at = new TreeMap<>();
  private final Map<InstanceId, NodeId> replaced = new TreeMap<>();

  private Plans(Instant at) {
    this.began = at;
  }

  static PlanResponse message(Forecast forecast, Snapshot snapshot) {
    var plans = new Plans(snapshot.at());
    plans.plan.setEpoch(snapshot.epoch()).setVersion(snapshot.version());
    switch (forecast) {
      case Forecast.Refused(Refused refused) ->
          plans.plan.setRefusal(
              Refusal.newBuilder()
                  .setCode(refused.code().name())
                  .setField(refused.field())
                  .setReason(refused.reason())
                  .setRemedy(refused.remedy()));
      case Forecast.Planned planned -> plans.add(planned);
    }
    return plans.plan.build();
  }

  private void add(Forecast.Planned planned) {
    for (Placement placement : planned.before().state().placements().byId().values()) {
      if (placement.isWanted()) {
        at.putIfAbsent(placement.instance(), placement.node());
      }
    }
    planned.decisions().forEach(this::add);
    planned
        .waiting()
        .forEach((instance, words) ->
            plan.addWaits(
                PlannedWait.newBuilder().setInstance(instance.toString()).setWords(words)));
    plan.setComplete(planned.isComplete())
        .setRunning(at.size())
        .setSeconds((int) planned.time().toSeconds());
  }

  private void add(HistoryEvent event) {
    InstanceId instance = event.subject().instance();
    NodeId node = event.subject().node();
    if (instance == null || node == null) {
      return;
    }
    switch (event.kind()) {
      case "instance.placed" -> placed(instance, node, event);
      case "instance.withdrawn", "instance.stopping" ->
          left(PlannedStep.Kind.STOP, instance, node, event);
      case "instance.preempted" -> left(PlannedStep.Kind.PREEMPT, instance, node, event);
      default -> {}
    }
  }

  private void placed(InstanceId instance, NodeId node, HistoryEvent event) {
    NodeId from = at.put(instance, node);
    if (from == null) {
      plan.addSteps(step(PlannedStep.Kind.START, instance, node, event));
    } else {
      replaced.put(instance, from);
      plan.addSteps(step(PlannedStep.Kind.MOVE, instance, node, event).setFrom(from.name()));
    }
  }

  /** What was replaced before leaves without being missed; what left already is not told twice. */
  private void left(PlannedStep.Kind kind, InstanceId instance, NodeId node, HistoryEvent event) {
    if (node.equals(replaced.get(instance)) || !at.containsKey(instance)) {
      return;
    }
    at.remove(instance);
    plan.addSteps(step(kind, instance, node, event)).setDisruptions(plan.getDisruptions() + 1);
  }

  private PlannedStep.Builder step(
      PlannedStep.Kind kind, InstanceId instance, NodeId node, HistoryEvent event) {
    String cause = event.message();
    return PlannedStep.newBuilder()
        .setKind(kind)
        .setInstance(instance.toString())
        .setNode(node.name())
        .setAfterSeconds((int) Duration.between(began, event.at()).toSeconds())
        .setCause(cause.substring(cause.indexOf(": ") < 0 ? 0 : cause.indexOf(": ") + 2));
  }
}

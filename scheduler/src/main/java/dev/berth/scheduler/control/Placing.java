package dev.berth.scheduler.control;

import dev.berth.scheduler.placement.Need;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.placement.Placer.Answer;
import dev.berth.scheduler.placement.Placer.Group;
import dev.berth.scheduler.placement.Preemption;
import dev.berth.scheduler.rollout.NextStep;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Intent;
import dev.berth.scheduler.state.Placement.Wanted;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * Carries out the rollout's next steps in the working state: finds nodes, changes intents, forgets.
 *
 * <p>Instances that find no node stay pending, with the reason in words. Confined to the control
 * loop.
 */
final class Placing {
  static final String PREEMPTED = "instance.preempted";

  /** Placements that are looked at for images, at most. */
  private static final int MAX_IMAGE_NODES = 64;

  private final Working working;
  private final Placer placer;
  private final Pace pace;
  private final Preemption preemption = new Preemption();
  private TreePMap<InstanceId, String> pending = TreePMap.empty();

  Placing(Working working, Placer placer, Pace pace) {
    this.working = working;
    this.placer = placer;
    this.pace = pace;
  }

  TreePMap<InstanceId, String> pending() {
    return pending;
  }

  void carryOut(ProcessTypeId type, List<NextStep> steps) {
    var starts = new ArrayList<NextStep.Start>();
    for (NextStep step : steps) {
      switch (step) {
        case NextStep.Start start -> {
          if (start.to() == null) {
            starts.add(start);
          } else {
            move(start, start.to());
          }
        }
        case NextStep.Withdraw(Placement placement, String cause) ->
            change(placement, Intent.DRAINING, "instance.withdrawn", cause);
        case NextStep.Stop(Placement placement, String cause) ->
            change(placement, Intent.STOPPING, "instance.stopping", cause);
        case NextStep.Forget(Placement placement, String cause) -> forget(placement, cause);
      }
    }
    settlePending(type, start(type, starts));
  }

  /** To the node that was chosen for it, if that still has the room: it is in no hurry. */
  private void move(NextStep.Start start, NodeId to) {
    ProcessTypeId type = start.instance().type();
    Need need = Need.of(working.state(), type, Sizes.known(start.wanted().size()));
    if (working.index().takes(to, type, need)) {
      place(start, start.wanted(), to);
    }
  }

  /** Leaves the map untouched if nothing is new: what has not changed is not published. */
  private void settlePending(ProcessTypeId type, Map<InstanceId, String> reasons) {
    for (InstanceId instance : pending.tailMap(new InstanceId(type, 1), true).keySet()) {
      if (!instance.type().equals(type)) {
        break;
      }
      pending = reasons.containsKey(instance) ? pending : pending.minus(instance);
    }
    for (Map.Entry<InstanceId, String> reason : reasons.entrySet()) {
      if (!reason.getValue().equals(pending.get(reason.getKey()))) {
        pending = pending.plus(reason.getKey(), reason.getValue());
      }
    }
  }

  private void change(Placement placement, Intent intent, String kind, String cause) {
    working.apply(new Change.PutPlacement(placement.with(intent, working.now())));
    tell(kind, placement, cause);
  }

  private void forget(Placement placement, String cause) {
    working.apply(new Change.RemovePlacement(placement));
    tell("instance.removed", placement, cause);
  }

  /** Equal instances are placed as one group. Returns why some found no node. */
  private Map<InstanceId, String> start(ProcessTypeId type, List<NextStep.Start> starts) {
    var groups = new TreeMap<String, List<NextStep.Start>>();
    for (NextStep.Start start : starts) {
      groups.computeIfAbsent(start.wanted().size(), _ -> new ArrayList<>()).add(start);
    }
    var reasons = new TreeMap<InstanceId, String>();
    if (mustWait(type, starts)) {
      starts.forEach(start -> reasons.put(start.instance(), "waits for higher priorities"));
      working.touch(type);
      return reasons;
    }
    groups.forEach((size, group) -> reasons.putAll(place(type, Sizes.known(size), group)));
    return reasons;
  }

  private Map<InstanceId, String> place(
      ProcessTypeId type, Size size, List<NextStep.Start> starts) {
    Map<Integer, NodeId> homes = homes(type);
    List<Optional<NodeId>> wishes =
        starts.stream()
            .map(start -> Optional.ofNullable(homes.get(start.instance().index())))
            .toList();
    Need need = Need.of(working.state(), type, size);
    Answer answer =
        placer.place(new Group(type, need, wishes, imageNodes(starts)), working.index());
    var reasons = new TreeMap<InstanceId, String>();
    Wanted shared = starts.getFirst().wanted();
    for (int at = 0; at < starts.size(); at++) {
      NextStep.Start start = starts.get(at);
      Optional<NodeId> node = answer.nodes().get(at);
      if (node.isPresent()) {
        shared = shared.equals(start.wanted()) ? shared : start.wanted(); // one object for many
        place(start, shared, node.get());
      } else {
        reasons.put(start.instance(), answer.refusals().summary());
      }
    }
    makeRoom(need, starts, reasons, homes);
    return reasons;
  }

  /** Room that was just freed is offered to higher priorities first. */
  private boolean mustWait(ProcessTypeId type, List<NextStep.Start> starts) {
    if (starts.isEmpty() || !working.hasFreedRoom()) {
      return false;
    }
    Priority own = Preemption.priority(working.state(), type);
    InstanceId at = pending.isEmpty() ? null : pending.firstKey();
    while (at != null) {
      if (Preemption.priority(working.state(), at.type()).compareTo(own) > 0) {
        return true;
      }
      at = pending.higherKey(new InstanceId(at.type(), Integer.MAX_VALUE));
    }
    return false;
  }

  /** For instances that run nowhere; what is only to be replaced waits for room. */
  private void makeRoom(
      Need need,
      List<NextStep.Start> starts,
      Map<InstanceId, String> reasons,
      Map<Integer, NodeId> homes) {
    List<InstanceId> homeless =
        starts.stream()
            .map(NextStep.Start::instance)
            .filter(reasons::containsKey)
            .filter(instance -> !runs(homes.get(instance.index())))
            .toList();
    if (homeless.isEmpty()) {
      return;
    }
    String cause =
        "makes room for %s of priority %s"
            .formatted(homeless.getFirst(), need.demands().priority().word());
    for (Placement victim :
        preemption.victims(working.state(), working.index(), need, homeless.size())) {
      boolean isWeb = victim.instance().type().name().equals(ProcessType.WEB);
      change(victim, isWeb ? Intent.DRAINING : Intent.STOPPING, PREEMPTED, cause);
    }
  }

  private boolean runs(@Nullable NodeId home) {
    return home != null && working.actual().liveness(home) != Actual.Liveness.UNREACHABLE;
  }

  private void place(NextStep.Start start, Wanted wanted, NodeId node) {
    var placement =
        new Placement(
            new PlacementId(working.state().counters().lastPlacement() + 1),
            start.instance(),
            node,
            wanted,
            Intent.RUN,
            working.now());
    working.apply(new Change.PutPlacement(placement));
    if (!placement.instance().type().isShadow()) {
      pace.placed(working.state(), placement.instance().app(), start.isMove());
    }
    tell("instance.placed", placement, start.cause());
  }

  /** Where instances are whose replacement is sought: by index, the oldest placement's node. */
  private Map<Integer, NodeId> homes(ProcessTypeId type) {
    var homes = new HashMap<Integer, NodeId>();
    for (Placement placement : working.state().placements().of(type)) {
      if (placement.isWanted()) {
        homes.putIfAbsent(placement.instance().index(), placement.node());
      }
    }
    return homes;
  }

  /** Some nodes that have the release's slug already, as another process type of the app runs. */
  private List<NodeId> imageNodes(List<NextStep.Start> starts) {
    NextStep.Start first = starts.getFirst();
    var nodes = new LinkedHashSet<NodeId>();
    int looked = 0;
    for (ProcessTypeId type : working.state().placements().typesOf(first.instance().app())) {
      for (Placement placement : working.state().placements().of(type)) {
        if (++looked > MAX_IMAGE_NODES) {
          return List.copyOf(nodes);
        }
        if (placement.wanted().release() == first.wanted().release()) {
          nodes.add(placement.node());
        }
      }
    }
    return List.copyOf(nodes);
  }

  private void tell(String kind, Placement placement, String cause) {
    working.record(
        EventDraft.byScheduler(
            kind,
            Subject.of(placement.instance(), placement.node()),
            placement.id() + " on " + placement.node() + ": " + cause));
  }
}

package dev.berth.scheduler.api;

import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.InstanceList;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeVerification;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.wire.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An app's instances as one list, from what is wanted, placed and reported. Pure.
 *
 * <p>A placement that has stopped and only keeps its address aside is no instance any more and is
 * left out.
 */
final class Instances {
  private final Snapshot snapshot;
  private final App app;
  private final Caller caller;
  private final Map<InstanceId, List<Placement>> placed = new TreeMap<>();

  private Instances(Snapshot snapshot, App app, Caller caller) {
    this.snapshot = snapshot;
    this.app = app;
    this.caller = caller;
  }

  static InstanceList of(Snapshot snapshot, App app, Caller caller) {
    Instances instances = new Instances(snapshot, app, caller);
    instances.collect();
    InstanceList.Builder list =
        InstanceList.newBuilder()
            .setVersion(snapshot.version())
            .setApp(Apps.app(app))
            .setSettled(instances.isSettled());
    instances
        .placed
        .values()
        .forEach(placements ->
            placements.forEach(
                placement -> list.addInstances(instances.shown(placement, placements.size()))));
    instances.pending().forEach((id, why) -> list.addInstances(instances.pending(id, why)));
    return list.build();
  }

  private void collect() {
    for (ProcessTypeId type : snapshot.state().placements().typesOf(app.id())) {
      for (Placement placement : snapshot.state().placements().of(type)) {
        if (!report(placement).map(PlacementReport::isStopped).orElse(false)) {
          placed.computeIfAbsent(placement.instance(), _ -> new ArrayList<>()).add(placement);
        }
      }
    }
  }

  private Optional<PlacementReport> report(Placement placement) {
    return snapshot.actual().report(placement.id());
  }

  private Map<InstanceId, String> pending() {
    Map<InstanceId, String> waiting = new TreeMap<>();
    Set<String> types = new TreeSet<>(app.formation().keySet());
    types.add(ProcessType.RELEASE);
    types.add(ProcessType.TRIAL);
    for (String name : types) {
      ProcessTypeId type = new ProcessTypeId(app.id(), name);
      InstanceId first = new InstanceId(type, 1);
      snapshot
          .pending()
          .tailMap(first, true)
          .forEach((id, why) -> {
            if (id.type().equals(type)) {
              waiting.put(id, why);
            }
          });
    }
    return waiting;
  }

  private Instance pending(InstanceId id, String why) {
    Formation wanted = app.formation().get(id.type().name());
    return named(id)
        .setPhase(Instance.Phase.PENDING)
        .setRelease(app.release().number())
        .setSize(wanted == null ? "" : wanted.size())
        .setDetail(why + unverified())
        .build();
  }

  /**
   * Which nodes fail which checks, and what to do: for operators alone, since it would tell a
   * hostile tenant where to try.
   */
  private String unverified() {
    return switch (caller) {
      case Caller.OfTenant _ -> "";
      case Caller.Operator() -> {
        StringBuilder words = new StringBuilder();
        snapshot
            .actual()
            .nodes()
            .forEach((id, node) -> {
              NodeVerification verification = node.verification();
              if (verification != null && !verification.passed()) {
                words.append(
                    "; %s fails %s: mend it, then: berth node verify %s"
                        .formatted(id, String.join(", ", verification.failed()), id));
              }
            });
        yield words.toString();
      }
    };
  }

  private Instance shown(Placement placement, int siblings) {
    Instance.Builder instance =
        named(placement.instance())
            .setNode(placement.node().name())
            .setPlacementId(placement.id().value())
            .setRelease(placement.wanted().release())
            .setSize(placement.wanted().size())
            .setBaseVersion(placement.wanted().baseVersion())
            .setSince(placement.since().toEpochMilli())
            .setMoving(siblings > 1)
            .setPhase(Instance.Phase.PLACED)
            .setDetail(detail(placement));
    report(placement).ifPresent(report -> seen(instance, report));
    if (placement.intent() == Placement.Intent.STOPPING) {
      instance.setPhase(Instance.Phase.STOPPING);
    }
    return instance.build();
  }

  private static void seen(Instance.Builder instance, PlacementReport report) {
    instance
        .setIncarnation(report.incarnation())
        .setRestarts(Math.max(0, report.incarnation() - 1))
        .setSince(report.since().toEpochMilli());
    if (report.lastExit() != null) {
      instance.setLastExit(Values.exit(report.lastExit()));
    }
    switch (report.phase()) {
      case Phase.Preparing() -> instance.setPhase(Instance.Phase.PLACED);
      case Phase.Starting(String address, int port) ->
          instance.setPhase(Instance.Phase.STARTING).setAddress(address).setPort(port);
      case Phase.Running(String address, int port) ->
          instance.setPhase(Instance.Phase.RUNNING).setAddress(address).setPort(port);
      case Phase.Backoff(var nextStartAt) ->
          instance.setPhase(Instance.Phase.BACKOFF).setNextStartAt(nextStartAt.toEpochMilli());
      case Phase.Stopping(), Phase.Stopped() -> instance.setPhase(Instance.Phase.STOPPING);
    }
  }

  private String detail(Placement placement) {
    if (snapshot.actual().liveness(placement.node()) != Actual.Liveness.READY) {
      return placement.node() + " has not been heard of for a while";
    }
    return switch (placement.intent()) {
      case DRAINING -> "taken from the routes, waiting for the routers";
      case RUN, STOPPING -> "";
    };
  }

  private Instance.Builder named(InstanceId id) {
    return Instance.newBuilder()
        .setTenant(id.tenant().name())
        .setApp(id.app().name())
        .setProcessType(id.type().name())
        .setIndex(id.index());
  }

  /** Is exactly what is wanted there, running, and nothing else? */
  private boolean isSettled() {
    int wanted = 0;
    if (app.isDeployed()) {
      for (Map.Entry<String, Formation> entry : app.formation().entrySet()) {
        ProcessTypeId type = new ProcessTypeId(app.id(), entry.getKey());
        if (!isInRelease(type)) {
          continue;
        }
        for (int index = 1; index <= entry.getValue().count(); index++) {
          wanted++;
          if (!isAsWanted(new InstanceId(type, index), entry.getValue())) {
            return false;
          }
        }
      }
    }
    long others = placed.keySet().stream().filter(id -> !id.type().isShadow()).count();
    return others == wanted && app.turnover().underWay() == null;
  }

  private boolean isInRelease(ProcessTypeId type) {
    return snapshot
        .state()
        .currentRelease(app)
        .map(release -> release.processTypes().containsKey(type.name()))
        .orElse(false);
  }

  private boolean isAsWanted(InstanceId id, Formation formation) {
    List<Placement> placements = placed.getOrDefault(id, List.of());
    if (placements.size() != 1) {
      return false;
    }
    Placement placement = placements.getFirst();
    Placement.Wanted wanted = placement.wanted();
    return placement.isWanted()
        && wanted.release() == app.release().number()
        && wanted.baseVersion() == app.release().baseVersion()
        && wanted.size().equals(formation.size())
        && wanted.restartToken() == app.restartToken(id)
        && report(placement).map(PlacementReport::isRunning).orElse(false);
  }
}

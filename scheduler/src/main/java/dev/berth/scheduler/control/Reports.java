package dev.berth.scheduler.control;

import dev.berth.scheduler.state.Actual.Liveness;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.Actual.RouterActual;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.EventDraft;
import dev.berth.scheduler.state.Hello;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodeImages;
import dev.berth.scheduler.state.NodeReport;
import dev.berth.scheduler.state.NodeVerification;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.Signals;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what agents and routers say.
 *
 * <p>An agent speaks for its own node's placements only; news of an older stream and of placements
 * that do not exist is ignored. Repeating a report changes nothing. Confined to the control loop.
 */
final class Reports {
  private static final Duration SEEN_EVERY = Duration.ofSeconds(1);
  private static final int CRASHES_TO_TELL = 3;

  private final Working working;
  private final long epoch;

  Reports(Working working, long epoch) {
    this.working = working;
    this.epoch = epoch;
  }

  void take(Event event) {
    switch (event) {
      case Event.AgentConnected(long connection, Hello hello) -> greet(connection, hello);
      case Event.AgentStatus status -> status(status);
      case Event.AgentVerified(NodeId node, long connection, NodeVerification verification) -> {
        if (seen(node, connection)) {
          verified(node, connection, verification);
        }
      }
      case Event.AgentImages(NodeId node, long connection, NodeImages images) -> {
        if (seen(node, connection)) {
          working.see(node, images);
        }
      }
      case Event.AgentBeat(NodeId node, long connection) -> seen(node, connection);
      case Event.AgentDisconnected(NodeId node, long connection) -> left(node, connection);
      case Event.RouterConnected(String router, long connection) -> greet(router, connection);
      case Event.RouterAcknowledged acknowledged -> acknowledge(acknowledged);
      case Event.RouterBeat(String router, long connection) -> seen(router, connection);
      case Event.SignalsTold(Signals signals) -> working.see(signals);
      case Event.RouterDisconnected(String router, long connection) -> left(router, connection);
      case Event.MoveJudged _, Event.QueueRead _, Event.CpuUsed _ -> {} // others' business
    }
  }

  private void greet(long connection, Hello hello) {
    KnownNode said = hello.node();
    NodeActual before = working.actual().nodes().get(said.id());
    if (before != null && before.connection() > connection) {
      return;
    }
    KnownNode known = working.state().nodes().get(said.id());
    KnownNode node = known == null ? said : said.with(known.policy());
    if (!node.equals(known)) {
      working.apply(new Change.PutNode(node));
      tell(known == null ? "node.joined" : "node.changed", node.id(), words(node));
    }
    if (before != null && before.liveness() != Liveness.READY) {
      tell("node.returned", node.id(), "the agent has connected again");
    }
    NodeVerification stood = before == null ? null : before.verification();
    NodeVerification stands = NodeVerification.greeting(stood, hello.verification());
    working.see(node.id(), NodeActual.heard(connection, working.now(), stands));
    if (stood != null) {
      tellOfVerification(node.id(), stood, stands);
    } else if (stands != null && !stands.passed()) {
      tellOfVerification(node.id(), null, stands); // that all is well is no news to a new leader
    }
    compare(node.id(), hello.placements());
  }

  /** What the agent does not mention is not there. */
  private void compare(NodeId node, List<PlacementReport> reports) {
    var mentioned = new TreeMap<PlacementId, PlacementReport>();
    reports.forEach(report -> mentioned.put(report.id(), report));
    for (Placement placement : List.copyOf(working.state().placements().on(node))) {
      PlacementReport report = mentioned.get(placement.id());
      if (report != null) {
        working.report(placement, report);
      } else if (placement.intent() != Placement.Intent.STOPPING) {
        working.forgetReport(placement); // it may be told to run it at this very moment
      } else {
        working.report(
            placement,
            new PlacementReport(placement.id(), 0, new Phase.Stopped(), null, working.now()));
      }
    }
  }

  private static String words(KnownNode node) {
    return "%d MiB of memory, %d thousandths of cpu, agent %s, %s"
        .formatted(
            node.capacity().memoryMib(),
            node.capacity().cpuMillis(),
            node.agentVersion(),
            node.runtime());
  }

  private void status(Event.AgentStatus status) {
    if (!seen(status.node(), status.connection())) {
      return;
    }
    for (PlacementReport report : status.placements()) {
      Placement placement = working.state().placements().byId().get(report.id());
      if (placement != null && placement.node().equals(status.node())) {
        tellOfCrashes(placement, report);
        working.report(placement, report);
      }
    }
    for (NodeReport report : status.reports()) {
      tell(status.node(), report);
    }
  }

  private void tellOfCrashes(Placement placement, PlacementReport report) {
    PlacementReport before = working.actual().placements().get(report.id());
    boolean isNew = before == null || before.incarnation() < report.incarnation();
    boolean isBackoff = report.phase() instanceof Phase.Backoff;
    boolean wasBackoff = before != null && !isNew && before.phase() instanceof Phase.Backoff;
    if (isBackoff && !wasBackoff && report.incarnation() == CRASHES_TO_TELL) {
      working.record(
          EventDraft.byScheduler(
              "instance.crash-looping",
              Subject.of(placement.instance(), placement.node()),
              "release v%d ended %d times; a rollout that needs it waits"
                  .formatted(placement.wanted().release(), CRASHES_TO_TELL)));
    }
  }

  private void tell(NodeId node, NodeReport report) {
    Placement placement =
        report.placement() == null
            ? null
            : working.state().placements().byId().get(report.placement());
    if (placement != null && !placement.node().equals(node)) {
      return;
    }
    Subject subject = placement == null ? Subject.of(node) : Subject.of(placement.instance(), node);
    working.record(new EventDraft(report.kind(), subject, "agent:" + node, report.message()));
  }

  private void tell(String kind, NodeId node, String message) {
    working.record(EventDraft.byScheduler(kind, Subject.of(node), message));
  }

  private boolean seen(NodeId id, long connection) {
    NodeActual node = working.actual().nodes().get(id);
    if (node == null || node.connection() != connection) {
      return false;
    }
    if (node.liveness() != Liveness.READY) {
      tell("node.returned", id, "the agent is heard again");
    } else if (working.now().isBefore(node.lastSeen().plus(SEEN_EVERY))) {
      return true; // a busy agent is heard many times a second
    }
    working.see(id, NodeActual.heard(connection, working.now(), node.verification()));
    return true;
  }

  private void verified(NodeId id, long connection, NodeVerification made) {
    NodeVerification stood = working.actual().node(id).map(NodeActual::verification).orElse(null);
    NodeVerification stands = stood == null ? made : made.after(stood);
    working.see(id, NodeActual.heard(connection, working.now(), stands));
    tellOfVerification(id, stood, stands);
  }

  /** Once for each change, not for each run. */
  private void tellOfVerification(
      NodeId id, @Nullable NodeVerification stood, @Nullable NodeVerification stands) {
    if (stands == null || (stood != null && stood.failed().equals(stands.failed()))) {
      return;
    }
    if (stands.passed()) {
      tell("node.verified", id, "its defences hold, by %d checks".formatted(stands.tried().size()));
    } else {
      tell(
          "node.unverified",
          id,
          "fails %s; it gets no new instances until it passes: mend it, then: berth node verify %s"
              .formatted(String.join(", ", stands.failed()), id));
    }
  }

  private void left(NodeId id, long connection) {
    NodeActual node = working.actual().nodes().get(id);
    if (node != null && node.connection() == connection) {
      working.see(id, node.disconnected());
    }
  }

  private void greet(String name, long connection) {
    RouterActual before = working.actual().routers().get(name);
    if (before == null || before.connection() < connection) {
      working.see(name, new RouterActual(connection, true, working.now(), 0));
    }
  }

  private void acknowledge(Event.RouterAcknowledged acknowledged) {
    RouterActual before = working.actual().routers().get(acknowledged.router());
    if (before == null || before.connection() != acknowledged.connection()) {
      return;
    }
    long version = acknowledged.epoch() == epoch ? acknowledged.version() : 0;
    working.see(
        acknowledged.router(),
        new RouterActual(
            before.connection(), true, working.now(), Math.max(before.acknowledged(), version)));
  }

  private void seen(String name, long connection) {
    RouterActual before = working.actual().routers().get(name);
    if (before != null && before.connection() == connection) {
      working.see(name, new RouterActual(connection, true, working.now(), before.acknowledged()));
    }
  }

  private void left(String name, long connection) {
    RouterActual before = working.actual().routers().get(name);
    if (before != null && before.connection() == connection) {
      working.see(name, new RouterActual(connection, false, working.now(), before.acknowledged()));
    }
  }
}

package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.Acknowledge;
import dev.berth.proto.v1.AgentMessage;
import dev.berth.proto.v1.CpuUsed;
import dev.berth.proto.v1.Hello;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.proto.v1.StatusBatch;
import dev.berth.proto.v1.VerificationMade;
import dev.berth.proto.v1.Welcome;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.wire.AgentMessages;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes in from one agent: hello first, then what it saw, all turned into events.
 *
 * <p>Takes one message at a time, and asks for a few more when the loop has taken as many. A
 * message that breaks the contract ends the stream, so that the agent starts anew. Confined to one
 * call.
 */
final class AgentListener implements StreamObserver<AgentMessage> {
  private static final Logger log = LoggerFactory.getLogger(AgentListener.class);

  private static final int A_CROWD = 100;
  private static final int MILLIS_A_GREETING = 3;
  private static final int MAX_REDIAL_MILLIS = 30_000;

  /** Messages that an agent may send before the loop has taken the first. */
  private static final int AHEAD = 8;

  private final String proven;
  private final long connection;
  private final Term term;
  private final Verifications verifications;
  private final ServerCallStreamObserver<SchedulerMessage> out;
  private volatile @Nullable AgentStream stream;
  private int taken;
  private boolean isOver;

  AgentListener(
      String proven,
      long connection,
      Term term,
      Verifications verifications,
      ServerCallStreamObserver<SchedulerMessage> out) {
    this.proven = proven;
    this.connection = connection;
    this.term = term;
    this.verifications = verifications;
    this.out = out;
    out.setOnReadyHandler(this::ready);
    out.setOnCancelHandler(this::gone);
    out.disableAutoRequest();
    out.request(AHEAD);
  }

  @Override
  public void onNext(AgentMessage message) {
    if (isOver) {
      return;
    }
    try {
      take(message);
      askOn();
    } catch (IllegalArgumentException e) {
      log.warn("agent {} broke the contract: {}", proven, e.getMessage());
      end(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
    }
  }

  /** For several at once: asking costs as much as a message. */
  private void askOn() {
    taken++;
    if (taken == AHEAD / 2) {
      taken = 0;
      out.request(AHEAD / 2);
    }
  }

  private void take(AgentMessage message) {
    AgentStream open = stream;
    if (open == null) {
      if (message.getMessageCase() != AgentMessage.MessageCase.HELLO) {
        throw new IllegalArgumentException("the first message must be hello");
      }
      greet(message.getHello());
      return;
    }
    switch (message.getMessageCase()) {
      case HELLO -> throw new IllegalArgumentException("hello comes once on a stream");
      case STATUS -> {
        open.heard();
        status(open, message.getStatus());
      }
      case VERIFICATION -> verified(open, message.getVerification());
      case IMAGES ->
          offer(
              new Event.AgentImages(
                  open.node(),
                  connection,
                  AgentMessages.images(
                      message.getImages().getDigestsList(), message.getImages().getProblem())));
      case CPU -> cpu(open, message.getCpu());
      case ACKNOWLEDGE -> {
        Acknowledge stored = message.getAcknowledge();
        open.acknowledged(stored.getEpoch(), stored.getRevision());
        offer(new Event.AgentBeat(open.node(), connection));
      }
      case BEAT, MESSAGE_NOT_SET -> {
        open.heard();
        offer(new Event.AgentBeat(open.node(), connection));
      }
    }
  }

  private void greet(Hello hello) {
    if (!hello.getNode().equals(proven)) {
      isOver = true;
      out.onError(Speaker.AGENT.refused(hello.getNode()));
      return;
    }
    AgentStream opened = new AgentStream(new NodeId(proven), connection, term, out);
    Welcome welcome =
        Welcome.newBuilder()
            .setEpoch(term.latest().epoch())
            .setClusterId(term.clusterId())
            .setRedialWithinMillis(redialWithinMillis(term.latest().state().nodes().size()))
            .build();
    out.onNext(SchedulerMessage.newBuilder().setWelcome(welcome).build());
    Optional<String> doubt = doubt(hello);
    if (doubt.isPresent()) {
      isOver = true;
      log.error("agent {} is not taken: {}", proven, doubt.get());
      opened.end(doubt.get());
      return;
    }
    stream = opened;
    term.add(opened);
    offer(new Event.AgentConnected(connection, AgentMessages.hello(hello)));
    offer(
        new Event.AgentImages(
            opened.node(), connection, AgentMessages.images(hello.getImagesList(), "")));
    opened.ready();
    log.info("agent {} connected with {} placements", proven, hello.getPlacementsCount());
  }

  /**
   * As long as it takes to greet them all again, and never so long that one counts as lost. A few
   * need no order.
   */
  private static int redialWithinMillis(int nodes) {
    return nodes < A_CROWD ? 0 : Math.min(nodes * MILLIS_A_GREETING, MAX_REDIAL_MILLIS);
  }

  /** Who leads from a state that was lost must not have agents take that for an order. */
  private Optional<String> doubt(Hello hello) {
    Snapshot latest = term.latest();
    if (hello.getEpochSeen() > latest.epoch()) {
      return Optional.of(
          "it has seen epoch %d and this is epoch %d: another scheduler leads, or the stored state"
                  .formatted(hello.getEpochSeen(), latest.epoch())
              + " was lost; then restore it: berth admin restore");
    }
    if (hello.getPlacementsCount() > 0 && !latest.state().nodes().containsKey(new NodeId(proven))) {
      return Optional.of(
          "it has %d placements and the stored state does not know the node: restore a state that"
                  .formatted(hello.getPlacementsCount())
              + " does (berth admin restore), or sweep the node");
    }
    return Optional.empty();
  }

  private void status(AgentStream open, StatusBatch batch) {
    offer(
        new Event.AgentStatus(
            open.node(),
            connection,
            AgentMessages.reports(batch.getPlacementsList()),
            AgentMessages.events(batch.getEventsList())));
  }

  /** Only what somebody wants to know enters the loop. */
  private void cpu(AgentStream open, CpuUsed told) {
    Map<PlacementId, Integer> used = new HashMap<>();
    for (CpuUsed.Use use : told.getUsesList()) {
      var id = new PlacementId(use.getPlacementId());
      if (isWanted(term.latest().state(), id)) {
        used.put(id, use.getCpuMillis());
      }
    }
    offer(
        used.isEmpty()
            ? new Event.AgentBeat(open.node(), connection)
            : new Event.CpuUsed(open.node(), connection, used));
  }

  private static boolean isWanted(ClusterState state, PlacementId id) {
    Placement placement = state.placements().byId().get(id);
    App app = placement == null ? null : state.apps().get(placement.instance().app());
    Formation formation =
        placement == null || app == null
            ? null
            : app.formation().get(placement.instance().type().name());
    Autoscale policy = formation == null ? null : formation.autoscale();
    return policy != null && policy.measure() == Autoscale.Measure.CPU_PERCENT;
  }

  /** The loop first: who has the answer may count on what follows from it. */
  private void verified(AgentStream open, VerificationMade made) {
    offer(
        new Event.AgentVerified(
            open.node(), connection, AgentMessages.verification(made.getReport())));
    verifications.answered(open.node(), made.getRequestId(), made.getReport());
  }

  /** What the loop cannot take must be told again, which a new hello does. */
  private void offer(Event event) {
    if (!term.offer(event)) {
      end(Status.UNAVAILABLE.withDescription("the scheduler is busy; connect again"));
    }
  }

  private void end(Status status) {
    isOver = true;
    AgentStream open = stream;
    if (open == null) {
      out.onError(status.asRuntimeException());
    } else {
      open.end(String.valueOf(status.getDescription()));
    }
  }

  private void ready() {
    AgentStream open = stream;
    if (open != null) {
      open.ready();
    }
  }

  @Override
  public void onError(Throwable failure) {
    gone();
  }

  @Override
  public void onCompleted() {
    AgentStream open = stream;
    if (open == null) {
      out.onCompleted();
    } else {
      open.end("the agent closed the stream");
    }
    gone();
  }

  private void gone() {
    isOver = true;
    AgentStream open = stream;
    if (open != null) {
      stream = null;
      term.remove(open);
      verifications.ended(open.node(), connection);
      term.offer(new Event.AgentDisconnected(open.node(), connection));
      log.info("agent {} disconnected", proven);
    }
  }
}

package dev.berth.scheduler.dispatch;

import dev.berth.proto.DesiredChecksum;
import dev.berth.proto.v1.DesiredDelta;
import dev.berth.proto.v1.DesiredState;
import dev.berth.proto.v1.ImagesWanted;
import dev.berth.proto.v1.LogsUnwanted;
import dev.berth.proto.v1.LogsWanted;
import dev.berth.proto.v1.Order;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.proto.v1.VerifyWanted;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.wire.Orders;
import dev.berth.scheduler.wire.Pump;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * What goes out to one agent: its whole desired state once, then what changed.
 *
 * <p>Remembers only which placements were touched, not how; each delta is made from the newest
 * committed state when the agent can take it, and that is when it has acknowledged the last: while
 * the cluster changes fast, an agent is told seldom and much. One that is heard of and does not
 * acknowledge for 5 s is told all the same. All sending is done by the pump, one message at a time.
 * Thread-safe.
 */
final class AgentStream {
  /** Beyond this the whole state is cheaper and is sent again. */
  private static final int MAX_TOUCHED = 20_000;

  private static final int MAX_SIDE_MESSAGES = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final NodeId node;
  private final long connection;
  private final Term term;
  private final ServerCallStreamObserver<SchedulerMessage> out;
  private final Pump pump;
  private final ConcurrentSkipListSet<PlacementId> touched = new ConcurrentSkipListSet<>();
  private final Queue<SchedulerMessage> side = new ArrayBlockingQueue<>(MAX_SIDE_MESSAGES);
  private volatile String ending = "";
  private volatile List<Digest> held = List.of();
  private volatile long acknowledged = -1;
  // The three below belong to the pump.
  private long sentRevision = -1;
  private Instant sentAt = Instant.EPOCH;
  private boolean isClosed;

  AgentStream(
      NodeId node, long connection, Term term, ServerCallStreamObserver<SchedulerMessage> out) {
    this.node = node;
    this.connection = connection;
    this.term = term;
    this.out = out;
    this.pump = new Pump(term.executor(), this::send);
  }

  NodeId node() {
    return node;
  }

  long connection() {
    return connection;
  }

  /** Is sent at the next signal, by {@link #ready}. */
  void touched(PlacementId placement) {
    touched.add(placement);
  }

  /** The agent may be sent something. */
  void ready() {
    pump.signal();
  }

  /** The agent has stored what it was told up to there. */
  void acknowledged(long epoch, long revision) {
    if (epoch == term.latest().epoch()) {
      acknowledged = Math.max(acknowledged, revision); // one call's messages come one by one
    }
    heard();
  }

  /** It said something: if more waits for it, that may be due. */
  void heard() {
    if (!touched.isEmpty()) {
      pump.signal();
    }
  }

  /** False when the agent is too far behind to be asked. */
  boolean wantLogs(LogsWanted wanted) {
    return side(SchedulerMessage.newBuilder().setLogsWanted(wanted).build());
  }

  void unwantLogs(long streamId) {
    LogsUnwanted unwanted = LogsUnwanted.newBuilder().setStreamId(streamId).build();
    side(SchedulerMessage.newBuilder().setLogsUnwanted(unwanted).build());
  }

  /** What it should hold beside what its orders name; said again only when it differs. */
  void hold(List<Digest> images) {
    if (!images.equals(held)) {
      var wanted = ImagesWanted.newBuilder();
      images.forEach(image -> wanted.addDigests(image.hex()));
      if (side(SchedulerMessage.newBuilder().setImagesWanted(wanted).build())) {
        held = List.copyOf(images);
      }
    }
  }

  /** False when the agent is too far behind to be asked. */
  boolean wantVerification(VerifyWanted wanted) {
    return side(SchedulerMessage.newBuilder().setVerifyWanted(wanted).build());
  }

  void end(String why) {
    ending = why;
    pump.signal();
  }

  private boolean side(SchedulerMessage message) {
    boolean taken = side.offer(message);
    pump.signal();
    return taken;
  }

  private void send() {
    if (isClosed || out.isCancelled()) {
      return;
    }
    if (!ending.isEmpty()) {
      isClosed = true;
      out.onError(Status.UNAVAILABLE.withDescription(ending).asRuntimeException());
      return;
    }
    if (!out.isReady()) {
      return; // the ready handler signals again
    }
    if (sentRevision < 0 || touched.size() > MAX_TOUCHED) {
      sendAll();
    } else if (!touched.isEmpty() && !isAwaited()) {
      sendDelta();
    }
    for (SchedulerMessage message = side.poll(); message != null; message = side.poll()) {
      out.onNext(message);
    }
  }

  /** Is the last message likely to be on its way still? */
  private boolean isAwaited() {
    return acknowledged < sentRevision && term.now().isBefore(sentAt.plus(PATIENCE));
  }

  private void sent(Snapshot snapshot) {
    sentRevision = snapshot.version();
    sentAt = term.now();
  }

  private void sendAll() {
    touched.clear(); // before the snapshot is read: what is touched from here on is sent again
    Snapshot snapshot = term.latest();
    List<Order> orders = new ArrayList<>();
    for (Placement placement : snapshot.state().placements().on(node)) {
      orders.add(Orders.order(snapshot.state(), placement, term.specs()));
    }
    DesiredState full =
        DesiredState.newBuilder()
            .setEpoch(snapshot.epoch())
            .setRevision(snapshot.version())
            .addAllOrders(orders)
            .setCount(orders.size())
            .setChecksum(DesiredChecksum.of(orders))
            .build();
    sent(snapshot);
    out.onNext(SchedulerMessage.newBuilder().setDesiredState(full).build());
  }

  private void sendDelta() {
    List<PlacementId> changed = new ArrayList<>();
    for (PlacementId id = touched.pollFirst(); id != null; id = touched.pollFirst()) {
      changed.add(id);
    }
    Snapshot snapshot = term.latest();
    DesiredDelta.Builder delta =
        DesiredDelta.newBuilder()
            .setEpoch(snapshot.epoch())
            .setFromRevision(sentRevision)
            .setRevision(snapshot.version());
    for (PlacementId id : changed) {
      Optional<Placement> placement = snapshot.state().placements().find(id);
      if (placement.isPresent()) {
        delta.addOrders(Orders.order(snapshot.state(), placement.get(), term.specs()));
      } else {
        delta.addDropped(id.value());
      }
    }
    sent(snapshot);
    out.onNext(SchedulerMessage.newBuilder().setDesiredDelta(delta).build());
  }
}

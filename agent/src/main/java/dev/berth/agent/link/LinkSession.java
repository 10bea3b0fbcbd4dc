package dev.berth.agent.link;

import dev.berth.agent.control.AgentLoop;
import dev.berth.agent.control.Input;
import dev.berth.agent.control.NodeNotice;
import dev.berth.agent.control.Uplink;
import dev.berth.agent.keep.ImageHolding;
import dev.berth.agent.reconcile.Placement;
import dev.berth.agent.verify.Standing;
import dev.berth.agent.verify.VerificationRounds;
import dev.berth.agent.wire.DamagedException;
import dev.berth.agent.wire.OrderCodec;
import dev.berth.agent.wire.StatusCodec;
import dev.berth.agent.wire.VerificationCodec;
import dev.berth.proto.v1.Acknowledge;
import dev.berth.proto.v1.AgentMessage;
import dev.berth.proto.v1.Beat;
import dev.berth.proto.v1.Capacity;
import dev.berth.proto.v1.CpuUsed;
import dev.berth.proto.v1.Hello;
import dev.berth.proto.v1.ImagesHeld;
import dev.berth.proto.v1.LogsWanted;
import dev.berth.proto.v1.NodeEvent;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.proto.v1.StatusBatch;
import dev.berth.proto.v1.VerificationMade;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.proto.v1.VerifyWanted;
import dev.berth.proto.v1.Welcome;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to a scheduler, from its opening to its end.
 *
 * <p>Hands what it hears to the loop, one message at a time, and decides nothing. Thread-safe.
 */
final class LinkSession implements Uplink, ClientResponseObserver<AgentMessage, SchedulerMessage> {
  private static final Logger LOG = LoggerFactory.getLogger(LinkSession.class);

  /** Who serves the logs that are asked for on the stream. */
  interface LogReaders {
    void open(LogsWanted wanted);

    void close(long stream);
  }

  private final NodeFacts facts;
  private final AgentLoop loop;
  private final LogReaders logs;
  private final Standing rounds;
  private final ImageHolding images;
  private final Fence fence;
  private final AtomicBoolean linked = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ReentrantLock sending = new ReentrantLock();
  private volatile @Nullable ClientCallStreamObserver<AgentMessage> out;
  private volatile boolean welcomed;
  private volatile Duration redialWithin = Duration.ZERO;
  private boolean greeted; // guarded by the lock
  private volatile String end = "it was closed";
  private volatile @Nullable Throwable failure;

  LinkSession(
      NodeFacts facts, AgentLoop loop, LogReaders logs, SchedulerLink.Desks desks, Fence fence) {
    this.facts = facts;
    this.loop = loop;
    this.logs = logs;
    this.rounds = desks.rounds();
    this.images = desks.images();
    this.fence = fence;
  }

  // --- the stream's own thread
  // ---------------------------------------------------------------------

  @Override
  public void beforeStart(ClientCallStreamObserver<AgentMessage> stream) {
    out = stream;
    stream.disableAutoRequestWithInitial(1);
    stream.setOnReadyHandler(() ->
        loop.offerSoon(
            linked.compareAndSet(false, true) ? new Input.Linked(this) : new Input.Writable()));
  }

  @Override
  public void onNext(SchedulerMessage message) {
    try {
      switch (message.getMessageCase()) {
        case WELCOME -> welcome(message.getWelcome());
        case DESIRED_STATE -> {
          if (isFromNow(message.getDesiredState().getEpoch())) {
            loop.offer(new Input.SaidAll(this, OrderCodec.snapshot(message.getDesiredState())));
          }
        }
        case DESIRED_DELTA -> {
          if (isFromNow(message.getDesiredDelta().getEpoch())) {
            loop.offer(new Input.SaidChange(this, OrderCodec.delta(message.getDesiredDelta())));
          }
        }
        case LOGS_WANTED -> logs.open(message.getLogsWanted());
        case LOGS_UNWANTED -> logs.close(message.getLogsUnwanted().getStreamId());
        case VERIFY_WANTED -> verify(message.getVerifyWanted());
        case IMAGES_WANTED -> images.want(message.getImagesWanted().getDigestsList());
        case MESSAGE_NOT_SET -> LOG.debug("a message of a newer scheduler was passed over");
      }
      request();
    } catch (DamagedException damaged) {
      LOG.error("the scheduler's orders were refused: {}", damaged.getMessage());
      refuse(String.valueOf(damaged.getMessage()));
    }
  }

  @Override
  public void onError(Throwable cause) {
    failure = cause;
    over(String.valueOf(cause.getMessage()));
  }

  @Override
  public void onCompleted() {
    over("the scheduler ended it");
  }

  // --- the loop
  // ------------------------------------------------------------------------------------

  @Override
  public void greet(long epochSeen, List<Placement> placements) {
    Hello.Builder hello =
        Hello.newBuilder()
            .setNode(facts.node())
            .setBootId(facts.bootId())
            .setAgentVersion(facts.agentVersion())
            .setCapacity(capacity())
            .setArch(facts.arch())
            .putAllLabels(facts.labels())
            .setRuntime(facts.runtime())
            .setEpochSeen(Math.max(epochSeen, fence.epochs().seen()));
    placements.forEach(placement -> hello.addPlacements(StatusCodec.message(placement)));
    sending.lock(); // whoever verified after this look finds the stream greeted, and tells
    try {
      hello.addAllImages(images.held().digests());
      rounds.standing().map(VerificationCodec::message).ifPresent(hello::setVerification);
      greeted = send(AgentMessage.newBuilder().setHello(hello).build());
    } finally {
      sending.unlock();
    }
  }

  @Override
  public void acknowledge(long epoch, long revision) {
    var acknowledge = Acknowledge.newBuilder().setEpoch(epoch).setRevision(revision);
    var _ = send(AgentMessage.newBuilder().setAcknowledge(acknowledge).build());
  }

  @Override
  public void report(List<Placement> placements, List<NodeNotice> notices) {
    StatusBatch.Builder batch = StatusBatch.newBuilder();
    placements.forEach(placement -> batch.addPlacements(StatusCodec.message(placement)));
    notices.forEach(notice -> batch.addEvents(event(notice)));
    var _ = send(AgentMessage.newBuilder().setStatus(batch).build());
  }

  @Override
  public boolean isWritable() {
    var stream = out;
    return stream != null && stream.isReady() && ended.getCount() > 0;
  }

  @Override
  public void refuse(String reason) {
    var stream = out;
    sending.lock();
    try {
      if (stream != null && ended.getCount() > 0) {
        stream.cancel(reason, null);
      }
    } finally {
      sending.unlock();
    }
    over(reason);
  }

  // --- the link
  // ------------------------------------------------------------------------------------

  /** Not before the hello, which says the same; false when the stream is over. */
  boolean verified(long request, VerificationRounds.Result result) {
    sending.lock();
    try {
      return greeted && send(made(request, VerificationCodec.message(result)));
    } finally {
      sending.unlock();
    }
  }

  /** Not before the hello, which says the same. */
  void holds(ImageHolding.Held held) {
    sending.lock();
    try {
      if (greeted) {
        var message =
            ImagesHeld.newBuilder().addAllDigests(held.digests()).setProblem(held.problem());
        var _ = send(AgentMessage.newBuilder().setImages(message).build());
      }
    } finally {
      sending.unlock();
    }
  }

  /** Not before the hello. */
  void used(Map<Long, Integer> cpuMillis) {
    var message = CpuUsed.newBuilder();
    cpuMillis.forEach((id, millis) ->
        message.addUses(CpuUsed.Use.newBuilder().setPlacementId(id).setCpuMillis(millis)));
    sending.lock();
    try {
      if (greeted) {
        var _ = send(AgentMessage.newBuilder().setCpu(message).build());
      }
    } finally {
      sending.unlock();
    }
  }

  /** Not before the hello. */
  void beat() {
    sending.lock();
    try {
      if (greeted) {
        var _ = send(AgentMessage.newBuilder().setBeat(Beat.getDefaultInstance()).build());
      }
    } finally {
      sending.unlock();
    }
  }

  /** True once the stream is over. */
  boolean awaitEnd(Duration longest) throws InterruptedException {
    return ended.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  boolean isOver() {
    return ended.getCount() == 0;
  }

  /** Whether a leading scheduler answered on it. */
  boolean wasWelcomed() {
    return welcomed;
  }

  /** Over how long its leader asked the agents to spread their next calls. */
  Duration redialWithin() {
    return redialWithin;
  }

  /** What ended it, if it was not we. */
  @Nullable Throwable failure() {
    return failure;
  }

  String end() {
    return end;
  }

  private void verify(VerifyWanted wanted) {
    long request = wanted.getRequestId();
    if (!rounds.ask(wanted.getFull(), result -> verified(request, result))) {
      LOG.warn("too many wait for a verification; the scheduler hears nothing of this one");
    }
  }

  private static AgentMessage made(long request, VerificationReport report) {
    return AgentMessage.newBuilder()
        .setVerification(VerificationMade.newBuilder().setRequestId(request).setReport(report))
        .build();
  }

  private void welcome(Welcome welcome) {
    if (!welcome.getClusterId().equals(facts.clusterId())) {
      LOG.error(
          "the scheduler at that address is of cluster {}, this node of {}; check"
              + " scheduler.address",
          welcome.getClusterId(),
          facts.clusterId());
      refuse("this node belongs to cluster " + facts.clusterId());
      return;
    }
    if (!isFromNow(welcome.getEpoch())) {
      return;
    }
    redialWithin = Duration.ofMillis(Integer.toUnsignedLong(welcome.getRedialWithinMillis()));
    welcomed = true;
    fence.schedulers().found();
    LOG.info("linked to the scheduler of epoch {}", welcome.getEpoch());
  }

  /** Leaves the stream when a later epoch than this was seen. Blocks for the disk on a new one. */
  private boolean isFromNow(long epoch) {
    String reason;
    try {
      if (fence.epochs().admit(epoch)) {
        return true;
      }
      reason =
          "epoch %d is over; epoch %d was seen on this node"
              .formatted(epoch, fence.epochs().seen());
    } catch (IOException disk) {
      reason = "epoch %d cannot be noted on this node's disk: %s".formatted(epoch, disk);
    }
    LOG.warn("the scheduler at {} is not obeyed: {}", fence.schedulers().address(), reason);
    refuse(reason);
    return false;
  }

  /** False when the stream is over. */
  private boolean send(AgentMessage message) {
    var stream = out;
    sending.lock();
    try {
      boolean open = stream != null && ended.getCount() > 0;
      if (stream != null && open) {
        stream.onNext(message);
      }
      return open;
    } finally {
      sending.unlock();
    }
  }

  private void request() {
    var stream = out;
    if (stream != null && ended.getCount() > 0) {
      stream.request(1);
    }
  }

  private void over(String why) {
    sending.lock();
    try {
      if (ended.getCount() == 0) {
        return;
      }
      end = why;
      ended.countDown();
    } finally {
      sending.unlock();
    }
    loop.offerSoon(new Input.Unlinked(this));
  }

  private Capacity capacity() {
    return Capacity.newBuilder()
        .setMemoryMib(facts.capacity().memoryMib())
        .setCpuMillis(facts.capacity().cpuMillis())
        .setPids(facts.capacity().pids())
        .setDiskMib(facts.capacity().diskMib())
        .setAddresses(facts.addresses())
        .build();
  }

  private static NodeEvent event(NodeNotice notice) {
    return NodeEvent.newBuilder()
        .setAt(notice.at().toEpochMilli())
        .setKind(notice.notice().kind().word())
        .setPlacementId(notice.id().value())
        .setIncarnation(notice.notice().incarnation())
        .setMessage(notice.notice().message())
        .build();
  }
}

package dev.berth.agent;

import com.google.protobuf.ByteString;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.Snapshot;
import dev.berth.agent.wire.OrderCodec;
import dev.berth.proto.v1.AgentLinkGrpc;
import dev.berth.proto.v1.AgentMessage;
import dev.berth.proto.v1.BlobChunk;
import dev.berth.proto.v1.DesiredState;
import dev.berth.proto.v1.FetchBlobRequest;
import dev.berth.proto.v1.LogChunk;
import dev.berth.proto.v1.LogsWanted;
import dev.berth.proto.v1.NodeEvent;
import dev.berth.proto.v1.PlacementStatus;
import dev.berth.proto.v1.Refusal;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.proto.v1.SendLogsResponse;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.proto.v1.VerifyWanted;
import dev.berth.proto.v1.Welcome;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The scheduler's end of the wire, as a test moves it. Thread-safe. */
public final class FakeScheduler extends AgentLinkGrpc.AgentLinkImplBase {
  private static final int CHUNK = 4096;
  private final List<AgentMessage> heard = new CopyOnWriteArrayList<>();
  private final Map<Long, PlacementStatus> statuses = new ConcurrentHashMap<>();
  private final List<LogChunk> logs = new CopyOnWriteArrayList<>();
  private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
  private volatile DesiredState desired = OrderCodec.message(new Snapshot(1, 1, List.of()));
  private volatile @Nullable StreamObserver<SchedulerMessage> out;
  private volatile String clusterId = "abcdef";
  private volatile @Nullable String newLeader;

  public void leadCluster(String id) {
    clusterId = id;
  }

  /** What is wanted from now on; sent to the agent that is linked, and to each that comes. */
  public void want(long epoch, long revision, Order... orders) {
    wantAsIs(OrderCodec.message(new Snapshot(epoch, revision, List.of(orders))));
  }

  public synchronized void wantAsIs(DesiredState state) {
    desired = state;
    var stream = out;
    if (stream != null) {
      stream.onNext(SchedulerMessage.newBuilder().setDesiredState(state).build());
    }
  }

  public synchronized void wantLogs(LogsWanted wanted) {
    var stream = out;
    if (stream != null) {
      stream.onNext(SchedulerMessage.newBuilder().setLogsWanted(wanted).build());
    }
  }

  public synchronized void wantVerification(long request, boolean full) {
    var stream = out;
    if (stream != null) {
      stream.onNext(
          SchedulerMessage.newBuilder()
              .setVerifyWanted(VerifyWanted.newBuilder().setRequestId(request).setFull(full))
              .build());
    }
  }

  /** All reports, in a hello or by themselves. */
  public List<VerificationReport> verifications() {
    return heard.stream()
        .filter(it -> it.hasVerification() || it.getHello().hasVerification())
        .map(it ->
            it.hasVerification()
                ? it.getVerification().getReport()
                : it.getHello().getVerification())
        .toList();
  }

  public Optional<VerificationReport> answerTo(long request) {
    return heard.stream()
        .filter(it -> it.getVerification().getRequestId() == request)
        .map(it -> it.getVerification().getReport())
        .findFirst();
  }

  /** Ends the stream as a scheduler does that has lost its leadership. */
  public synchronized void hangUp() {
    var stream = out;
    out = null;
    if (stream != null) {
      stream.onError(Status.UNAVAILABLE.withDescription("not leading").asRuntimeException());
    }
  }

  /** Loses its leadership, and sends whoever comes to the new leader. */
  public void standDown(String leader) {
    newLeader = leader;
    hangUp();
  }

  public boolean acknowledged(long epoch, long revision) {
    return heard.stream()
        .anyMatch(it ->
            it.getAcknowledge().getEpoch() == epoch
                && it.getAcknowledge().getRevision() == revision);
  }

  public void hold(String digest, byte[] blob) {
    blobs.put(digest, blob);
  }

  public List<AgentMessage> heard() {
    return List.copyOf(heard);
  }

  public long hellos() {
    return heard.stream().filter(AgentMessage::hasHello).count();
  }

  public Optional<PlacementStatus> status(long id) {
    return Optional.ofNullable(statuses.get(id));
  }

  public boolean isRunning(long id, int incarnation) {
    return status(id)
        .filter(it -> it.hasRunning() && it.getIncarnation() == incarnation)
        .isPresent();
  }

  public List<NodeEvent> events() {
    return heard.stream().flatMap(it -> it.getStatus().getEventsList().stream()).toList();
  }

  public List<String> logLines() {
    return logs.stream()
        .flatMap(chunk -> chunk.getLinesList().stream())
        .map(line -> line.getLine().getSource() + " " + line.getLine().getText().toStringUtf8())
        .toList();
  }

  /** Waits until it is so, a few seconds at most. */
  public void await(String what, Predicate<FakeScheduler> condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.test(this)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not so within 20 s: " + what + "; heard: " + heard);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public StreamObserver<AgentMessage> connect(StreamObserver<SchedulerMessage> responses) {
    String leader = newLeader;
    if (leader != null) {
      responses.onError(notLeading(leader));
    }
    return new StreamObserver<>() {
      @Override
      public void onNext(AgentMessage message) {
        if (leader != null) {
          return;
        }
        heard.add(message);
        message.getHello().getPlacementsList().forEach(FakeScheduler.this::see);
        message.getStatus().getPlacementsList().forEach(FakeScheduler.this::see);
        if (message.hasHello()) {
          answer(responses);
        }
      }

      @Override
      public void onError(Throwable failure) {
        out = null;
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }

  @Override
  public StreamObserver<LogChunk> sendLogs(StreamObserver<SendLogsResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(LogChunk chunk) {
        logs.add(chunk);
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {
        responses.onNext(SendLogsResponse.getDefaultInstance());
        responses.onCompleted();
      }
    };
  }

  @Override
  public void fetchBlob(FetchBlobRequest request, StreamObserver<BlobChunk> responses) {
    byte[] blob = blobs.get(request.getDigest());
    if (blob == null) {
      responses.onError(Status.NOT_FOUND.asRuntimeException());
      return;
    }
    for (int at = 0; at < blob.length; at += CHUNK) {
      int length = Math.min(CHUNK, blob.length - at);
      responses.onNext(
          BlobChunk.newBuilder()
              .setTotalBytes(at == 0 ? blob.length : 0)
              .setData(ByteString.copyFrom(blob, at, length))
              .build());
    }
    responses.onCompleted();
  }

  private static Throwable notLeading(String leader) {
    var trailers = new Metadata();
    trailers.put(
        Metadata.Key.of(
            "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance())),
        Refusal.newBuilder().setCode("NOT_LEADING").setLeader(leader).build());
    return Status.UNAVAILABLE.asRuntimeException(trailers);
  }

  private synchronized void answer(StreamObserver<SchedulerMessage> responses) {
    var welcome = Welcome.newBuilder().setEpoch(desired.getEpoch()).setClusterId(clusterId);
    responses.onNext(SchedulerMessage.newBuilder().setWelcome(welcome).build());
    responses.onNext(SchedulerMessage.newBuilder().setDesiredState(desired).build());
    out = responses;
  }

  private void see(PlacementStatus status) {
    statuses.put(status.getPlacementId(), status);
  }
}

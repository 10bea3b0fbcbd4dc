package dev.berth.scheduler.edges;

import dev.berth.proto.DesiredChecksum;
import dev.berth.proto.v1.Acknowledge;
import dev.berth.proto.v1.AgentLinkGrpc;
import dev.berth.proto.v1.AgentMessage;
import dev.berth.proto.v1.Capacity;
import dev.berth.proto.v1.CheckFinding;
import dev.berth.proto.v1.DesiredDelta;
import dev.berth.proto.v1.DesiredState;
import dev.berth.proto.v1.Hello;
import dev.berth.proto.v1.LogsWanted;
import dev.berth.proto.v1.Order;
import dev.berth.proto.v1.PlacementStatus;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.proto.v1.StatusBatch;
import dev.berth.proto.v1.VerificationMade;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.proto.v1.VerifyWanted;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;

/** An agent that reports every order as carried out at once. */
final class FakeAgent implements StreamObserver<SchedulerMessage> {
  final String node;
  final Map<Long, Order> orders = new ConcurrentSkipListMap<>();
  final Queue<LogsWanted> logsWanted = new ConcurrentLinkedQueue<>();
  final Queue<VerifyWanted> verifyWanted = new ConcurrentLinkedQueue<>();
  final Queue<Status> ended = new ConcurrentLinkedQueue<>();
  final Queue<String> complaints = new ConcurrentLinkedQueue<>();
  private final StreamObserver<AgentMessage> out;
  private long revision;

  FakeAgent(Channel channel, String node) {
    this.node = node;
    this.out = AgentLinkGrpc.newStub(channel).connect(this);
    out.onNext(
        AgentMessage.newBuilder()
            .setHello(
                Hello.newBuilder()
                    .setNode(node)
                    .setArch("amd64")
                    .setCapacity(
                        Capacity.newBuilder()
                            .setMemoryMib(8192)
                            .setCpuMillis(8000)
                            .setPids(8192)
                            .setDiskMib(65_536))
                    .setVerification(report(true)))
            .build());
  }

  @Override
  public synchronized void onNext(SchedulerMessage message) {
    switch (message.getMessageCase()) {
      case DESIRED_STATE -> replace(message.getDesiredState());
      case DESIRED_DELTA -> change(message.getDesiredDelta());
      case LOGS_WANTED -> logsWanted.add(message.getLogsWanted());
      case VERIFY_WANTED -> verifyWanted.add(message.getVerifyWanted());
      case IMAGES_WANTED -> {}
      case WELCOME, LOGS_UNWANTED, MESSAGE_NOT_SET -> {}
    }
  }

  /** Answers a question, or with 0 tells unasked. */
  synchronized void verified(long request, boolean passed) {
    out.onNext(
        AgentMessage.newBuilder()
            .setVerification(
                VerificationMade.newBuilder().setRequestId(request).setReport(report(passed)))
            .build());
  }

  synchronized void hangUp() {
    out.onCompleted();
  }

  private static VerificationReport report(boolean passed) {
    return VerificationReport.newBuilder()
        .setAt(1)
        .setFull(true)
        .addFindings(
            CheckFinding.newBuilder()
                .setName("no-capabilities")
                .setRequired(true)
                .setPassed(passed))
        .build();
  }

  private void replace(DesiredState full) {
    if (full.getCount() != full.getOrdersCount()
        || !full.getChecksum().equals(DesiredChecksum.of(full.getOrdersList()))) {
      complaints.add("the full state does not agree with its checksum");
    }
    orders.clear();
    revision = full.getRevision();
    acknowledge(full.getEpoch());
    obey(full.getOrdersList());
  }

  private void change(DesiredDelta delta) {
    if (delta.getFromRevision() != revision) {
      complaints.add("delta from " + delta.getFromRevision() + " came at " + revision);
    }
    revision = delta.getRevision();
    acknowledge(delta.getEpoch());
    delta.getDroppedList().forEach(orders::remove);
    obey(delta.getOrdersList());
  }

  private void acknowledge(long epoch) {
    out.onNext(
        AgentMessage.newBuilder()
            .setAcknowledge(Acknowledge.newBuilder().setEpoch(epoch).setRevision(revision))
            .build());
  }

  private void obey(List<Order> wanted) {
    StatusBatch.Builder batch = StatusBatch.newBuilder();
    for (Order order : wanted) {
      orders.put(order.getPlacementId(), order);
      PlacementStatus.Builder status =
          PlacementStatus.newBuilder().setPlacementId(order.getPlacementId()).setIncarnation(1);
      if (order.getTarget() == Order.Target.RUN) {
        status.setRunning(
            PlacementStatus.Running.newBuilder()
                .setAddress("10.0.0." + order.getPlacementId())
                .setPort(5000));
      } else {
        status.setStopped(PlacementStatus.Stopped.getDefaultInstance());
      }
      batch.addPlacements(status);
    }
    if (batch.getPlacementsCount() > 0) {
      out.onNext(AgentMessage.newBuilder().setStatus(batch).build());
    }
  }

  @Override
  public void onError(Throwable failure) {
    ended.add(Status.fromThrowable(failure));
  }

  @Override
  public void onCompleted() {
    ended.add(Status.OK);
  }
}

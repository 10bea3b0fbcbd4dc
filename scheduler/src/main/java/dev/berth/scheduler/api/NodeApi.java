package dev.berth.scheduler.api;

import dev.berth.proto.v1.CordonNodeRequest;
import dev.berth.proto.v1.DrainNodeRequest;
import dev.berth.proto.v1.LabelNodeRequest;
import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.ListNodesResponse;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import dev.berth.proto.v1.RebalanceNodesRequest;
import dev.berth.proto.v1.RebalanceNodesResponse;
import dev.berth.proto.v1.RemoveNodeRequest;
import dev.berth.proto.v1.RemoveNodeResponse;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.proto.v1.VerifyNodeRequest;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.dispatch.Verifications;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodeVerification;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.wire.Refusing;
import dev.berth.scheduler.wire.Values;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;

/** The nodes, for operators. Thread-safe. */
final class NodeApi extends NodeServiceGrpc.NodeServiceImplBase {
  private final Desk desk;
  private final Verifications verifications;

  NodeApi(Desk desk, Verifications verifications) {
    this.desk = desk;
    this.verifications = verifications;
  }

  @Override
  public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> out) {
    desk.answer(
        out,
        asked -> {
          asked.requireOperator("list nodes");
          ListNodesResponse.Builder nodes =
              ListNodesResponse.newBuilder().setBrake(AdminApi.brake(asked.snapshot()));
          asked
              .snapshot()
              .state()
              .nodes()
              .values()
              .forEach(node -> nodes.addNodes(node(asked.snapshot(), node)));
          return nodes.build();
        });
  }

  @Override
  public void verifyNode(VerifyNodeRequest request, StreamObserver<VerificationReport> out) {
    try {
      Desk.Asked asked = desk.asked();
      asked.requireOperator("verify nodes");
      NodeId node = known(asked.snapshot(), request.getNode());
      var _ =
          verifications
              .ask(node, !request.getQuick())
              .thenAccept(answer ->
                  finish((ServerCallStreamObserver<VerificationReport>) out, node, answer));
    } catch (StatusRuntimeException refused) {
      out.onError(refused);
    }
  }

  @Override
  public void labelNode(LabelNodeRequest request, StreamObserver<Node> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.LabelNode(request.getNode(), request.getSetMap(), request.getUnsetList()),
        this::changed);
  }

  @Override
  public void cordonNode(CordonNodeRequest request, StreamObserver<Node> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.CordonNode(request.getNode(), request.getCordoned()),
        this::changed);
  }

  @Override
  public void drainNode(DrainNodeRequest request, StreamObserver<Node> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ ->
            request.getUndo()
                ? new Command.UndrainNode(request.getNode())
                : new Command.DrainNode(
                    request.getNode(), Rollouts.seconds(request.getDeadlineSeconds())),
        this::changed);
  }

  @Override
  public void removeNode(RemoveNodeRequest request, StreamObserver<RemoveNodeResponse> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.RemoveNode(request.getNode()),
        _ -> RemoveNodeResponse.getDefaultInstance());
  }

  @Override
  public void rebalanceNodes(
      RebalanceNodesRequest request, StreamObserver<RebalanceNodesResponse> out) {
    desk.submit(
        out,
        request.getMutation(),
        _ -> new Command.RebalanceNodes(),
        _ -> RebalanceNodesResponse.getDefaultInstance());
  }

  private Node changed(Outcome.Result result) {
    return node(
        desk.control().snapshot(), Results.as(Outcome.Result.NodeResult.class, result).node());
  }

  private static NodeId known(Snapshot snapshot, String name) {
    return snapshot.state().nodes().keySet().stream()
        .filter(id -> id.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            Refusing.asStatus(
                RefusalCode.NODE_NOT_FOUND,
                "node",
                "there is no node " + name,
                "list the nodes with: berth nodes"));
  }

  private static void finish(
      ServerCallStreamObserver<VerificationReport> out, NodeId node, Verifications.Answer answer) {
    if (out.isCancelled()) {
      return;
    }
    switch (answer) {
      case Verifications.Answer.Found(VerificationReport report) -> {
        out.onNext(report);
        out.onCompleted();
      }
      case Verifications.Answer.Unreachable(String reason) ->
          out.onError(
              refused(
                  RefusalCode.NODE_UNREACHABLE,
                  "node %s cannot be reached: %s".formatted(node, reason),
                  "see that its agent runs and reaches the scheduler, then ask again"));
      case Verifications.Answer.Busy() ->
          out.onError(
              refused(
                  RefusalCode.NODE_BUSY,
                  "node %s is being verified for somebody else".formatted(node),
                  "ask again when that run is over"));
      case Verifications.Answer.TimedOut(Duration after) ->
          out.onError(
              refused(
                  RefusalCode.NODE_TIMEOUT,
                  "node %s has not answered within %d s".formatted(node, after.toSeconds()),
                  "look into its agent's log; a report that comes later still counts"));
    }
  }

  private static StatusRuntimeException refused(RefusalCode code, String reason, String remedy) {
    return Refusing.asStatus(code, "node", reason, remedy);
  }

  private static Node node(Snapshot snapshot, KnownNode node) {
    Node.Builder built =
        Node.newBuilder()
            .setName(node.id().name())
            .setPhase(
                switch (snapshot.actual().liveness(node.id())) {
                  case READY -> Node.Phase.READY;
                  case SUSPECT -> Node.Phase.SUSPECT;
                  case UNREACHABLE -> Node.Phase.UNREACHABLE;
                })
            .setCapacity(Values.capacity(node.capacity()))
            .setUsed(Values.capacity(snapshot.state().placements().bookedOn(node.id())))
            .setInstances(snapshot.state().placements().on(node.id()).size())
            .setArch(node.arch())
            .putAllLabels(node.allLabels())
            .setCordoned(node.policy().isCordoned())
            .setPool(node.pool())
            .setAgentVersion(node.agentVersion())
            .setRuntime(node.runtime())
            .setBootId(node.bootId());
    Rollouts.show(node.policy(), built);
    if (node.policy().isDraining()) {
      built.setDrainWaiting(Holdups.ofDrain(node.id(), snapshot));
    }
    snapshot
        .actual()
        .node(node.id())
        .ifPresent(actual -> {
          built.setLastSeen(actual.lastSeen().toEpochMilli());
          NodeVerification verification = actual.verification();
          if (verification != null) {
            built
                .setVerifiedAt(verification.at().toEpochMilli())
                .addAllFailedChecks(verification.failed());
          }
        });
    return built.build();
  }
}

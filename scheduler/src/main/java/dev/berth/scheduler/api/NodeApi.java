package dev.berth.scheduler.api;

import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.ListNodesResponse;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.wire.Values;
import io.grpc.stub.StreamObserver;

/** The nodes, for operators. Thread-safe. */
final class NodeApi extends NodeServiceGrpc.NodeServiceImplBase {
  private final Desk desk;

  NodeApi(Desk desk) {
    this.desk = desk;
  }

  @Override
  public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> out) {
    desk.answer(
        out,
        asked -> {
          asked.requireOperator("list nodes");
          ListNodesResponse.Builder nodes = ListNodesResponse.newBuilder();
          asked
              .snapshot()
              .state()
              .nodes()
              .values()
              .forEach(node -> nodes.addNodes(node(asked.snapshot(), node)));
          return nodes.build();
        });
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
            .putAllLabels(node.labels())
            .setAgentVersion(node.agentVersion())
            .setRuntime(node.runtime())
            .setBootId(node.bootId());
    snapshot
        .actual()
        .node(node.id())
        .ifPresent(actual -> built.setLastSeen(actual.lastSeen().toEpochMilli()));
    return built.build();
  }
}

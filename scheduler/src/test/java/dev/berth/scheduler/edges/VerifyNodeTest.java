package dev.berth.scheduler.edges;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.UncheckedExecutionException;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import dev.berth.proto.v1.NodeServiceGrpc.NodeServiceFutureStub;
import dev.berth.proto.v1.VerificationReport;
import dev.berth.proto.v1.VerifyNodeRequest;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An operator asks, the agent answers, the API says what came of it. */
@Timeout(60)
class VerifyNodeTest {
  @TempDir Path directory;
  private Edges edges;

  @BeforeEach
  void open() throws IOException {
    edges = new Edges(directory);
    edges.lead();
  }

  @AfterEach
  void close() {
    edges.close();
  }

  @Test
  void theAgentsAnswerIsTheAnswer() throws Exception {
    FakeAgent agent = agent("node-1");

    ListenableFuture<VerificationReport> answer = verify("node-1", false);
    Edges.await("the question", () -> !agent.verifyWanted.isEmpty());
    agent.verified(agent.verifyWanted.element().getRequestId(), true);

    assertThat(agent.verifyWanted.element().getFull()).isTrue();
    assertThat(answer.get().getFindings(0).getName()).isEqualTo("no-capabilities");
  }

  @Test
  void theShortFormIsAskedForAsSuch() {
    FakeAgent agent = agent("node-1");

    var _ = verify("node-1", true);

    Edges.await("the question", () -> !agent.verifyWanted.isEmpty());
    assertThat(agent.verifyWanted.element().getFull()).isFalse();
  }

  @Test
  void aFailedCheckIsAnAnswerAndShownInTheListOfNodes() throws Exception {
    FakeAgent agent = agent("node-1");

    ListenableFuture<VerificationReport> answer = verify("node-1", false);
    Edges.await("the question", () -> !agent.verifyWanted.isEmpty());
    agent.verified(agent.verifyWanted.element().getRequestId(), false);

    assertThat(answer.get().getFindings(0).getPassed()).isFalse();
    Edges.await("the failure", () -> !node().getFailedChecksList().isEmpty());
    assertThat(node().getFailedChecksList()).containsExactly("no-capabilities");
    assertThat(
            ClusterServiceGrpc.newBlockingStub(edges.as("operator"))
                .getStatus(GetStatusRequest.getDefaultInstance())
                .getNodesUnverified())
        .isEqualTo(1);
  }

  @Test
  void aReportThatNobodyAskedForCountsToo() {
    FakeAgent agent = agent("node-1");

    agent.verified(0, false);

    Edges.await("the failure", () -> !node().getFailedChecksList().isEmpty());
  }

  @Test
  void anUnknownNodeIsNotFound() {
    assertThat(refusal(verify("node-9", false))).isEqualTo("NODE_NOT_FOUND");
  }

  @Test
  void aNodeWhoseAgentHasLeftIsUnreachable() {
    FakeAgent agent = agent("node-1");
    agent.hangUp();
    Edges.await("the end", () -> !agent.ended.isEmpty());

    assertThat(refusal(verify("node-1", false))).isEqualTo("NODE_UNREACHABLE");
  }

  @Test
  void anAgentThatLeavesMeanwhileEndsTheQuestion() {
    FakeAgent agent = agent("node-1");
    ListenableFuture<VerificationReport> answer = verify("node-1", false);
    Edges.await("the question", () -> !agent.verifyWanted.isEmpty());

    agent.hangUp();

    assertThat(refusal(answer)).isEqualTo("NODE_UNREACHABLE");
  }

  @Test
  void oneRunAtATimeAndTheNextOnceItIsOver() throws Exception {
    FakeAgent agent = agent("node-1");
    ListenableFuture<VerificationReport> first = verify("node-1", false);
    Edges.await("the question", () -> !agent.verifyWanted.isEmpty());

    assertThat(refusal(verify("node-1", true))).isEqualTo("NODE_BUSY");
    agent.verified(agent.verifyWanted.remove().getRequestId(), true);
    assertThat(first.get().getFindingsCount()).isEqualTo(1);
    ListenableFuture<VerificationReport> second = verify("node-1", true);
    Edges.await("the next question", () -> !agent.verifyWanted.isEmpty());
    agent.verified(agent.verifyWanted.element().getRequestId(), true);

    assertThat(second.get().getFindingsCount()).isEqualTo(1);
  }

  @Test
  void anAnswerToAnotherQuestionIsNotTaken() {
    FakeAgent agent = agent("node-1");
    ListenableFuture<VerificationReport> answer = verify("node-1", false);
    Edges.await("the question", () -> !agent.verifyWanted.isEmpty());

    agent.verified(agent.verifyWanted.element().getRequestId() + 1, false);

    Edges.await("the report", () -> !node().getFailedChecksList().isEmpty());
    assertThat(answer.isDone()).isFalse();
  }

  @Test
  void tenantsMayNotAsk() {
    agent("node-1");
    String token = new Client(edges.as("operator")).createTenant("acme");

    assertThat(refusal(verify(edges.withToken(token), "node-1", false)))
        .isEqualTo("PERMISSION_DENIED");
  }

  private FakeAgent agent(String name) {
    FakeAgent agent = new FakeAgent(edges.as("agent:" + name), name);
    Edges.await(
        name + " is ready",
        () ->
            nodes().getNodesList().stream()
                .anyMatch(
                    node -> node.getName().equals(name) && node.getPhase() == Node.Phase.READY));
    return agent;
  }

  private dev.berth.proto.v1.ListNodesResponse nodes() {
    return NodeServiceGrpc.newBlockingStub(edges.as("operator"))
        .listNodes(ListNodesRequest.getDefaultInstance());
  }

  private Node node() {
    return nodes().getNodes(0);
  }

  private ListenableFuture<VerificationReport> verify(String node, boolean quick) {
    return verify(edges.as("operator"), node, quick);
  }

  private static ListenableFuture<VerificationReport> verify(
      Channel channel, String node, boolean quick) {
    NodeServiceFutureStub stub = NodeServiceGrpc.newFutureStub(channel);
    return stub.verifyNode(VerifyNodeRequest.newBuilder().setNode(node).setQuick(quick).build());
  }

  private static String refusal(ListenableFuture<VerificationReport> answer) {
    return Client.refusal(
            () -> {
              try {
                var _ = Futures.getUnchecked(answer);
              } catch (UncheckedExecutionException ended) {
                throw (StatusRuntimeException) Objects.requireNonNull(ended.getCause());
              }
            })
        .getCode();
  }
}

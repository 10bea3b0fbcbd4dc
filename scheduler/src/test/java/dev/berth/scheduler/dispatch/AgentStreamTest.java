package dev.berth.scheduler.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.DesiredDelta;
import dev.berth.proto.v1.Order;
import dev.berth.proto.v1.SchedulerMessage;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Published;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.control.Subscription;
import dev.berth.scheduler.control.TestCluster;
import dev.berth.scheduler.routes.RouteDelta;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.store.StateImage;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AgentStreamTest {
  private final TestCluster cluster = TestCluster.withNodes(1);
  private final Committed control = new Committed(cluster);
  private Instant now = cluster.now();
  private final Term term = new Term("test", control, Runnable::run, () -> now);
  private final Sent sent = new Sent();
  private final AgentStream stream = new AgentStream(new NodeId("node-1"), 1, term, sent);

  @BeforeEach
  void connect() {
    cluster.deploy("web"); // one of it runs from then on
    control.committed();
    term.start();
    term.add(stream);
    stream.ready();
    acknowledge();
  }

  @Test
  void anAgentIsToldFurtherOnceItHasStoredTheLast() {
    scale(2);
    scale(3);
    scale(4);
    assertThat(indexes(sent.deltas)).containsExactly(List.of(2));

    acknowledge();

    assertThat(indexes(sent.deltas)).containsExactly(List.of(2), List.of(3, 4));
    assertThat(sent.deltas.getLast().getFromRevision())
        .isEqualTo(sent.deltas.getFirst().getRevision());
  }

  @Test
  void anAcknowledgementOfSomethingOlderIsNotWaitedFor() {
    scale(2);
    scale(3);

    stream.acknowledged(cluster.snapshot().epoch(), sent.deltas.getLast().getRevision() - 1);
    stream.acknowledged(cluster.snapshot().epoch() - 1, Long.MAX_VALUE);

    assertThat(sent.deltas).hasSize(1);
  }

  @Test
  void anAgentThatIsHeardAndDoesNotAcknowledgeIsToldAllTheSame() {
    scale(2);
    scale(3);
    now = now.plusSeconds(4);
    stream.heard();
    assertThat(sent.deltas).hasSize(1);

    now = now.plusSeconds(1);
    stream.heard();

    assertThat(indexes(sent.deltas)).containsExactly(List.of(2), List.of(3));
  }

  private void scale(int count) {
    cluster.scale("web", count);
    control.committed();
  }

  private void acknowledge() {
    stream.acknowledged(cluster.snapshot().epoch(), sent.revision);
  }

  private static List<List<Integer>> indexes(List<DesiredDelta> deltas) {
    return deltas.stream()
        .map(delta -> delta.getOrdersList().stream().map(Order::getIndex).sorted().toList())
        .toList();
  }

  /** Publishes what the cluster has decided. */
  private static final class Committed implements Control {
    private final TestCluster cluster;
    private final List<Consumer<Published>> subscribers = new ArrayList<>();

    Committed(TestCluster cluster) {
      this.cluster = cluster;
    }

    void committed() {
      Snapshot after = cluster.snapshot();
      var pass =
          new Published(
              after,
              after,
              cluster.takeChanges(),
              List.of(),
              RouteDelta.nothing(after.routes().version()));
      subscribers.forEach(it -> it.accept(pass));
    }

    @Override
    public CompletableFuture<Outcome> submit(Command command, Caller caller, Mutation mutation) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean offer(Event event) {
      return true;
    }

    @Override
    public CompletionStage<Long> replace(StateImage state, long epoch) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Snapshot snapshot() {
      return cluster.snapshot();
    }

    @Override
    public StateImage image(Snapshot snapshot) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Subscription subscribe(Consumer<Published> subscriber) {
      subscribers.add(subscriber);
      return () -> subscribers.remove(subscriber);
    }
  }

  /** What went out. */
  private static final class Sent extends ServerCallStreamObserver<SchedulerMessage> {
    private final List<DesiredDelta> deltas = new ArrayList<>();
    private long revision;

    @Override
    public void onNext(SchedulerMessage message) {
      if (message.hasDesiredDelta()) {
        deltas.add(message.getDesiredDelta());
        revision = message.getDesiredDelta().getRevision();
      } else if (message.hasDesiredState()) {
        revision = message.getDesiredState().getRevision();
      }
    }

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onCompleted() {}

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}
  }
}

package dev.berth.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.Refusal;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulersTest {
  private final Throwable unreachable = Status.UNAVAILABLE.asRuntimeException();

  private final List<ManagedChannel> dialled = new ArrayList<>();

  @AfterEach
  void close() {
    dialled.forEach(ManagedChannel::shutdownNow);
  }

  @Test
  void theListIsGoneRoundAndThenItIsTimeToWait() {
    Schedulers schedulers = of("a:1", "b:1", "c:1");

    assertThat(schedulers.moveOn(unreachable)).isTrue();
    assertThat(schedulers.address()).isEqualTo("b:1");
    assertThat(schedulers.moveOn(unreachable)).isTrue();
    assertThat(schedulers.address()).isEqualTo("c:1");
    assertThat(schedulers.moveOn(unreachable)).isFalse();
    assertThat(schedulers.address()).isEqualTo("a:1");
  }

  @Test
  void oneAloneKeepsItsChannel() {
    Schedulers schedulers = of("a:1");

    assertThat(schedulers.moveOn(unreachable)).isFalse();
    assertThat(schedulers.moveOn(unreachable)).isFalse();

    assertThat(dialled).hasSize(1);
    assertThat(dialled.getFirst().isShutdown()).isFalse();
  }

  @Test
  void aConnectionThatStandsIsKeptUntilALeaderIsFound() {
    List<Standing> standing = new ArrayList<>();
    Schedulers schedulers =
        new Schedulers(
            List.of("a:1", "b:1"),
            _ -> {
              standing.add(new Standing());
              return standing.getLast();
            });

    schedulers.moveOn(notLeading("?"));
    schedulers.moveOn(notLeading("?"));
    assertThat(schedulers.address()).isEqualTo("a:1");
    assertThat(schedulers.channel()).isSameAs(standing.getFirst());
    assertThat(standing).hasSize(2).noneMatch(ManagedChannel::isShutdown);

    schedulers.found();
    assertThat(standing.getFirst().isShutdown()).isFalse();
    assertThat(standing.getLast().isShutdown()).isTrue();
  }

  @Test
  void aHintIsFollowedAlsoToOneThatIsNotOnTheList() {
    Schedulers schedulers = of("a:1", "b:1");

    assertThat(schedulers.moveOn(notLeading("z:9"))).isTrue();

    assertThat(schedulers.address()).isEqualTo("z:9");
    schedulers.found();
    assertThat(schedulers.moveOn(unreachable)).isTrue();
    assertThat(schedulers.address()).isEqualTo("b:1");
  }

  @Test
  void twoThatNameEachOtherAreLeftForTheRound() {
    Schedulers schedulers = of("a:1", "b:1");
    int atOnce = 0;

    while (schedulers.moveOn(notLeading(schedulers.address().equals("a:1") ? "b:1" : "a:1"))) {
      atOnce++;
    }

    assertThat(atOnce).isLessThanOrEqualTo(4);
  }

  @Test
  void aHintThatIsNoAddressIsNone() {
    Schedulers schedulers = of("a:1", "b:1");

    schedulers.moveOn(notLeading("not an address"));

    assertThat(schedulers.address()).isEqualTo("b:1");
    assertThat(LeaderHint.isAddress("[::1]:7100")).isTrue();
    assertThat(LeaderHint.isAddress("host:70000")).isFalse();
  }

  private Schedulers of(String... addresses) {
    return new Schedulers(
        List.of(addresses),
        address -> {
          dialled.add(ManagedChannelBuilder.forTarget("dns:///localhost:1").build());
          return dialled.getLast();
        });
  }

  private static Throwable notLeading(String leader) {
    var trailers = new Metadata();
    trailers.put(
        Metadata.Key.of(
            "berth-refusal-bin", ProtoUtils.metadataMarshaller(Refusal.getDefaultInstance())),
        Refusal.newBuilder().setCode("NOT_LEADING").setLeader(leader).build());
    return Status.UNAVAILABLE.asRuntimeException(trailers);
  }

  /** Connected, whatever happens. */
  private static final class Standing extends ManagedChannel {
    private boolean isShutdown;

    @Override
    public ConnectivityState getState(boolean requestConnection) {
      return ConnectivityState.READY;
    }

    @Override
    public ManagedChannel shutdown() {
      isShutdown = true;
      return this;
    }

    @Override
    public ManagedChannel shutdownNow() {
      return shutdown();
    }

    @Override
    public boolean isShutdown() {
      return isShutdown;
    }

    @Override
    public boolean isTerminated() {
      return isShutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
      throw new UnsupportedOperationException("nobody calls here");
    }

    @Override
    public String authority() {
      return "scheduler";
    }
  }
}

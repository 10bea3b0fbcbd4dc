package dev.berth.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.AgentLinkGrpc;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchedulerAddressesTest {
  private final BlockingQueue<List<String>> told = new LinkedBlockingQueue<>();

  @Test
  void theAddressOfTheSettingsIsKnownAtOnce() {
    var addresses = new SchedulerAddresses(List.of("192.0.2.7:7000"));

    addresses.onChange(told::add);

    assertThat(told.poll()).containsExactly("192.0.2.7/32");
  }

  @Test
  void soAreThoseOfAllSchedulers() {
    var addresses = new SchedulerAddresses(List.of("192.0.2.7:7000", "192.0.2.9:7001"));

    assertThat(addresses.networks()).containsExactly("192.0.2.7/32", "192.0.2.9/32");
  }

  @Test
  void whoAnswersACallIsTold() throws Exception {
    var addresses = new SchedulerAddresses(List.of("192.0.2.7:7000"));
    addresses.onChange(told::add);

    answerFrom("192.0.2.8", addresses);
    answerFrom("192.0.2.8", addresses);

    assertThat(told.poll()).hasSize(1);
    assertThat(told.poll(10, TimeUnit.SECONDS)).containsExactly("192.0.2.7/32", "192.0.2.8/32");
    assertThat(told).isEmpty();
  }

  @Test
  void loopbackAndIpv6AreNoMatter() throws Exception {
    var addresses = new SchedulerAddresses(List.of("127.0.0.1:7000"));

    answerFrom("::1", addresses);
    answerFrom("2001:db8::1", addresses);

    assertThat(addresses.networks()).isEmpty();
  }

  @Test
  void ofVeryManyTheNewestAreRemembered() throws Exception {
    var addresses = new SchedulerAddresses(List.of("127.0.0.1:7000"));

    for (int host = 0; host < 100; host++) {
      answerFrom("192.0.2." + host, addresses);
    }

    assertThat(addresses.networks())
        .hasSize(SchedulerAddresses.MOST)
        .doesNotContain("192.0.2.35/32")
        .contains("192.0.2.36/32", "192.0.2.99/32");
  }

  private static void answerFrom(String peer, SchedulerAddresses addresses) throws Exception {
    var socket = new InetSocketAddress(InetAddress.getByName(peer), 7000);
    var channel = new Answering(socket);
    addresses
        .interceptCall(AgentLinkGrpc.getConnectMethod(), CallOptions.DEFAULT, channel)
        .start(new ClientCall.Listener<>() {}, new Metadata());
  }

  /** A channel whose every call is answered at once by this peer. */
  private static final class Answering extends Channel {
    private final InetSocketAddress peer;

    Answering(InetSocketAddress peer) {
      this.peer = peer;
    }

    @Override
    public String authority() {
      return "scheduler";
    }

    @Override
    public <Q, A> ClientCall<Q, A> newCall(MethodDescriptor<Q, A> method, CallOptions options) {
      return new ClientCall<>() {
        @Override
        public Attributes getAttributes() {
          return Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, peer).build();
        }

        @Override
        public void start(Listener<A> responses, Metadata headers) {
          responses.onHeaders(new Metadata());
        }

        @Override
        public void request(int count) {}

        @Override
        public void cancel(@Nullable String message, @Nullable Throwable cause) {}

        @Override
        public void halfClose() {}

        @Override
        public void sendMessage(Q message) {}
      };
    }
  }
}

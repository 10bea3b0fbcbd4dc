package dev.berth.leader;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.GetStatusRequest;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DialTest {
  private static final int SHORT_MILLIS = 200;

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  /** Netty would wait for 30 s. */
  @Test
  void anAddressThatSwallowsWhatIsSentToItIsGivenUp() throws Exception {
    String nowhere = "127.0.0.1:" + swallowing().getPort();
    ManagedChannel channel =
        Dial.within(Duration.ofMillis(SHORT_MILLIS), nowhere, InsecureChannelCredentials.create())
            .build();
    open.add(channel::shutdownNow);

    var answer =
        ClusterServiceGrpc.newFutureStub(channel).getStatus(GetStatusRequest.getDefaultInstance());

    assertThat(answer)
        .failsWithin(25, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .matches(failure -> Status.fromThrowable(failure).getCode() == Status.Code.UNAVAILABLE);
  }

  /** A port whose queue is full: Linux drops each further attempt without a word. */
  private InetSocketAddress swallowing() throws IOException {
    var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    open.add(server);
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    while (true) {
      var socket = new Socket();
      open.add(socket);
      try {
        socket.connect(address, SHORT_MILLIS);
      } catch (SocketTimeoutException full) {
        return address;
      }
    }
  }
}

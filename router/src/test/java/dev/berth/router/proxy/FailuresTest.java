package dev.berth.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.router.metrics.LoopCounters.Of;
import dev.berth.router.table.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FailuresTest {
  private static final String HEAD = " / HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + "\r\n";

  private final RouterUnderTest router = new RouterUnderTest();

  @AfterEach
  void stop() {
    router.close();
  }

  @Test
  void aRouteThatRefusesIsPassedOverAndPutAside() throws IOException {
    try (Upstream upstream = Upstream.saying("alive");
        Client client = router.client()) {
      router.routing(upstream.route(1), dead(2), dead(3));

      for (int i = 0; i < 50; i++) {
        client.send("POST" + HEAD + "\r\n");
        assertThat(client.answer().text()).isEqualTo("alive");
      }

      assertThat(router.count(Of.RETRIES)).isBetween(1L, 8L);
    }
  }

  @Test
  void anAppThatRefusesEverywhereIsH21() throws IOException {
    router.routing(dead(1), dead(2));

    try (Client client = router.client()) {
      Client.Answer answer = client.get("/");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.header("Berth-Error")).isEqualTo("H21");
    }
  }

  @Test
  void anAppThatDoesNotAcceptIsH19() throws IOException {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Client client = router.client()) {
      List<SocketChannel> fillers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        SocketChannel filler = SocketChannel.open();
        filler.configureBlocking(false);
        filler.connect(full.getLocalSocketAddress());
        fillers.add(filler);
      }
      router.routing(new Route(1, 1, "127.0.0.1", full.getLocalPort(), "web.1"));

      assertThat(client.get("/").header("Berth-Error")).isEqualTo("H19");
      for (SocketChannel filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void anAppThatDoesNotAnswerIsH12() throws IOException {
    try (Upstream upstream = new Upstream(connection -> connection.bytes(1_000_000));
        Client client = router.client()) {
      router.routing(upstream.route(1));

      assertThat(client.get("/").header("Berth-Error")).isEqualTo("H12");
      assertThat(client.get("/").header("Berth-Error")).isEqualTo("H12");
    }
  }

  @Test
  void aRequestThatMayNotBeRepeatedIsH13WhenTheAppClosesWithoutAnswer() throws IOException {
    AtomicInteger heads = new AtomicInteger();
    try (Upstream upstream = closing(heads);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      Client.Answer answer = client.send("POST" + HEAD + "\r\n").answer();

      assertThat(answer.header("Berth-Error")).isEqualTo("H13");
      assertThat(heads).hasValue(1);
    }
  }

  @Test
  void aRequestThatMayBeRepeatedIsRepeatedOnce() throws IOException {
    AtomicInteger heads = new AtomicInteger();
    try (Upstream upstream = closing(heads);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      assertThat(client.get("/").header("Berth-Error")).isEqualTo("H13");
      assertThat(heads).hasValue(2);
    }
  }

  @Test
  void aBodyThatHasBegunIsNeverSentTwice() throws IOException {
    AtomicInteger heads = new AtomicInteger();
    Upstream.Script script =
        connection -> {
          connection.head();
          heads.incrementAndGet();
          connection.bytes(2);
        };
    try (Upstream upstream = new Upstream(script);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      Client.Answer answer = client.send("PUT" + HEAD + "Content-Length: 2\r\n\r\nhi").answer();

      assertThat(answer.header("Berth-Error")).isEqualTo("H13");
      assertThat(heads).hasValue(1);
    }
  }

  @Test
  void aKeptConnectionThatTheAppHasJustClosedCostsNobodyAnError() throws IOException {
    Upstream.Script oneEach =
        connection -> {
          connection.head();
          connection.answer("once");
          connection.head();
        };
    try (Upstream upstream = new Upstream(oneEach);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/").text()).isEqualTo("once");
      }
    }
  }

  @Test
  void anAnswerThatIsNoHttpIsH17() throws IOException {
    for (String answer :
        List.of(
            "SMTP ready\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")) {
      Upstream.Script script =
          connection -> {
            connection.head();
            connection.send(answer);
            connection.head();
          };
      try (Upstream upstream = new Upstream(script);
          Client client = router.client()) {
        router.routing(upstream.route(1));

        Client.Answer seen = client.get("/");
        assertThat(seen.status()).as(answer).isEqualTo(502);
        assertThat(seen.header("Berth-Error")).isEqualTo("H17");
      }
    }
  }

  @Test
  void aBrokenAnswerIsSeenAsBrokenByTheClient() throws IOException {
    for (String start :
        List.of("Content-Length: 10\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\n")) {
      Upstream.Script script =
          connection -> {
            connection.head();
            connection.send("HTTP/1.1 200 OK\r\n" + start + "abc");
          };
      try (Upstream upstream = new Upstream(script);
          Client client = router.client()) {
        router.routing(upstream.route(1));
        long before = router.failures(Failure.H18);

        client.send("GET" + HEAD + "\r\n");

        Wait.until(() -> router.failures(Failure.H18) == before + 1);
      }
    }
  }

  @Test
  void anAnswerThatStallsIsBrokenOff() throws IOException {
    Upstream.Script script =
        connection -> {
          connection.head();
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
          connection.head();
        };
    try (Upstream upstream = new Upstream(script);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      client.send("GET" + HEAD + "\r\n");

      Wait.until(() -> router.failures(Failure.H15) == 1);
    }
  }

  @Test
  void aSlowHeadAndASlowBodyAreH28() throws IOException {
    Upstream.Script waiting =
        connection -> {
          connection.head();
          connection.bytes(10);
        };
    try (Upstream upstream = new Upstream(waiting);
        Client head = router.client();
        Client body = router.client()) {
      router.routing(upstream.route(1));
      head.send("GET / HTTP/1.1\r\nHo");
      body.send("POST" + HEAD + "Content-Length: 10\r\n\r\nabc");

      assertThat(head.answer().status()).isEqualTo(408);
      assertThat(body.answer().header("Berth-Error")).isEqualTo("H28");
      assertThat(head.isClosedByRouter()).isTrue();
      assertThat(body.isClosedByRouter()).isTrue();
    }
  }

  @Test
  void aClientThatLeavesEndsTheRequestAtTheAppToo() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    Upstream.Script script =
        connection -> {
          connection.head();
          connection.head();
          ended.incrementAndGet();
        };
    try (Upstream upstream = new Upstream(script)) {
      router.routing(upstream.route(1));
      try (Client client = router.client()) {
        client.send("GET" + HEAD + "\r\n");
        Wait.until(() -> upstream.connections.get() == 1);
      }

      Wait.until(() -> router.failures(Failure.H27) == 1);
      Wait.until(() -> ended.get() == 1);
    }
  }

  @Test
  void aConnectionBeyondTheLimitIsTurnedAway() throws IOException {
    ProxyLimits two = new ProxyLimits(8192, 65536, 100, 2, 32, 10);
    try (RouterUnderTest small = new RouterUnderTest(two, RouterUnderTest.quick());
        Client first = small.client();
        Client second = small.client()) {
      first.get("/");
      second.get("/");
      try (Client third = small.client()) {
        assertThat(third.answer().header("Berth-Error")).isEqualTo("H22");
        assertThat(third.isClosedByRouter()).isTrue();
      }
    }
  }

  @Test
  void anErrorDoesNotCostTheClientItsConnection() throws IOException {
    try (Client client = router.client()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("nobody", "/").status()).isEqualTo(404);
      }
      client.send("HEAD / HTTP/1.1\r\nHost: nobody\r\n\r\n");
      assertThat(client.answer(false).status()).isEqualTo(404);
      assertThat(client.get("nobody", "/").status()).isEqualTo(404);
    }
  }

  @Test
  void aClientWithABodyCanReadTheErrorBeforeTheEnd() throws IOException {
    try (Client client = router.client()) {
      client.send("POST / HTTP/1.1\r\nHost: nobody\r\nContent-Length: 5000000\r\n\r\n");
      client.send("x".repeat(1_000_000));

      Client.Answer answer = client.answer();

      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.header("Connection")).isEqualTo("close");
    }
  }

  private static Upstream closing(AtomicInteger heads) {
    return new Upstream(connection -> {
      if (!connection.head().isEmpty()) {
        heads.incrementAndGet();
      }
    });
  }

  private static Route dead(int placement) throws IOException {
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket _ = new Socket()) {
      return new Route(placement, 1, "127.0.0.1", closed.getLocalPort(), "web." + placement);
    }
  }
}

package dev.berth.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.router.metrics.LoopCounters.Of;
import dev.berth.router.table.Emptiness;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProxyTest {
  private final RouterUnderTest router = new RouterUnderTest();

  @AfterEach
  void stop() {
    router.close();
  }

  @Test
  void aRequestReachesTheAppOfItsHostname() throws IOException {
    try (Upstream shop = Upstream.saying("shop");
        Upstream blog = Upstream.saying("blog");
        Client client = router.client()) {
      router.routing(shop.route(1)).routing("blog.emil.localhost", "emil/blog/web", blog.route(2));

      assertThat(client.get("/").text()).isEqualTo("shop");
      assertThat(client.get("Blog.Emil.LOCALHOST.:8080", "/").text()).isEqualTo("blog");
      assertThat(client.get("/").text()).isEqualTo("shop");
    }
  }

  @Test
  void connectionsAreKeptOnBothSides() throws IOException {
    try (Upstream upstream = Upstream.saying("hello");
        Client client = router.client()) {
      router.routing(upstream.route(1));

      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/").text()).isEqualTo("hello");
      }

      assertThat(upstream.connections).hasValue(1);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() throws IOException {
    try (Upstream upstream = Upstream.mirror();
        Client client = router.client()) {
      router.routing(upstream.route(1));

      client.send(
          "GET /1 HTTP/1.1\r\nHost: %s\r\n\r\nGET /2 HTTP/1.1\r\nHost: nobody\r\n\r\nGET /3 HTTP/1.1\r\nHost: %s\r\n\r\n"
              .formatted(RouterUnderTest.HOST, RouterUnderTest.HOST));

      assertThat(client.answer().text()).startsWith("GET /1 HTTP/1.1");
      assertThat(client.answer().status()).isEqualTo(404);
      assertThat(client.answer().text()).startsWith("GET /3 HTTP/1.1");
    }
  }

  @Test
  void theAppLearnsWhoAskedAndCannotBeLiedTo() throws IOException {
    try (Upstream upstream = Upstream.mirror();
        Client client = router.client()) {
      router.routing(upstream.route(1));

      client.send(
          "GET / HTTP/1.1\r\nHost: "
              + RouterUnderTest.HOST
              + "\r\nX-Forwarded-For: 6.6.6.6\r\nx_forwarded_for: 6.6.6.6\r\nX-Forwarded-Prefix: /x\r\n"
              + "Connection: X-Secret, X-Forwarded-For\r\nX-Secret: 1\r\nProxy: evil\r\n"
              + "X-Request-Id: my-id.7\r\ntraceparent: 00-abc-def-01\r\n\r\n");
      Client.Answer answer = client.answer();

      assertThat(answer.header("X-Request-Id")).isEqualTo("my-id.7");
      assertThat(answer.text().toLowerCase(java.util.Locale.ROOT))
          .contains("x-forwarded-for: 127.0.0.1\r\n")
          .contains("x-forwarded-proto: http\r\n")
          .contains("x-forwarded-host: " + RouterUnderTest.HOST + "\r\n")
          .contains("x-request-id: my-id.7\r\n")
          .contains("via: 1.1 berth\r\n")
          .contains("traceparent: 00-abc-def-01\r\n")
          .doesNotContain("6.6.6.6", "x-secret", "evil", "prefix");
    }
  }

  @Test
  void aRequestIdThatCouldDoHarmIsReplaced() throws IOException {
    try (Upstream upstream = Upstream.mirror();
        Client client = router.client()) {
      router.routing(upstream.route(1));

      client.send(
          "GET / HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + "\r\nX-Request-Id: a b\"c\r\n\r\n");

      assertThat(client.answer().header("X-Request-Id")).matches("[0-9a-f]{32}");
    }
  }

  @Test
  void aBodyPassesInBothDirectionsWhateverItsSizeAndFraming() throws IOException {
    byte[] sent = new byte[9_000_000];
    new Random(1).nextBytes(sent);
    Upstream.Script echo =
        connection -> {
          connection.head();
          byte[] body = connection.bytes(sent.length);
          connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
          for (int at = 0; at < body.length; at += 100_000) {
            int length = Math.min(100_000, body.length - at);
            connection.send(Integer.toHexString(length) + "\r\n");
            connection.out.write(body, at, length);
            connection.send("\r\n");
          }
          connection.send("0\r\n\r\n");
        };
    try (Upstream upstream = new Upstream(echo);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      client.send(
          "POST / HTTP/1.1\r\nHost: "
              + RouterUnderTest.HOST
              + "\r\nContent-Length: "
              + sent.length
              + "\r\n\r\n");
      client.out.write(sent);

      assertThat(client.answer().body()).isEqualTo(sent);
    }
  }

  @Test
  void aSlowReaderHoldsTheAppBackInsteadOfFillingTheRouter() throws Exception {
    int size = 64 * 1024 * 1024;
    CountDownLatch sent = new CountDownLatch(1);
    Upstream.Script flood =
        connection -> {
          connection.head();
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
          byte[] megabyte = new byte[1024 * 1024];
          for (int i = 0; i < 64; i++) {
            connection.out.write(megabyte);
          }
          sent.countDown();
        };
    try (Upstream upstream = new Upstream(flood);
        Client client = router.client()) {
      router.routing(upstream.route(1));
      client.socket.setReceiveBufferSize(64 * 1024);
      client.send("GET / HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + "\r\n\r\n");
      client.head();

      assertThat(sent.await(200, java.util.concurrent.TimeUnit.MILLISECONDS)).isFalse();
      assertThat(client.in.readNBytes(size)).hasSize(size);
    }
  }

  @Test
  void theAnswerToHeadHasNoBodyAndTheConnectionGoesOn() throws IOException {
    Upstream.Script script =
        connection -> {
          for (String head = connection.head(); !head.isEmpty(); head = connection.head()) {
            if (head.startsWith("HEAD /chunked")) {
              connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            } else if (head.startsWith("HEAD")) {
              connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            } else {
              connection.answer("body");
            }
          }
        };
    try (Upstream upstream = new Upstream(script);
        Client client = router.client()) {
      router.routing(upstream.route(1));
      String head = "HEAD /%s HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + "\r\n\r\n";

      assertThat(client.send(head.formatted("")).answer(false).header("Content-Length"))
          .isEqualTo("5");
      assertThat(client.send(head.formatted("chunked")).answer(false).status()).isEqualTo(200);
      assertThat(client.get("/").text()).isEqualTo("body");
      assertThat(upstream.connections).hasValue(1);
    }
  }

  @Test
  void anOldClientGetsAnAnswerThatItUnderstands() throws IOException {
    Upstream.Script chunked =
        connection -> {
          connection.head();
          connection.send(
              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        };
    try (Upstream upstream = new Upstream(chunked);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      client.send("GET / HTTP/1.0\r\nHost: " + RouterUnderTest.HOST + "\r\n\r\n");
      Client.Answer answer = client.answer();

      assertThat(answer.text()).isEqualTo("abc");
      assertThat(answer.header("Transfer-Encoding")).isEmpty();
      assertThat(answer.header("Connection")).isEqualTo("close");
    }
  }

  @Test
  void anAnswerThatOnlyClosingEndsIsChunkedForTheClient() throws IOException {
    Upstream.Script old =
        connection -> {
          connection.head();
          connection.send("HTTP/1.0 200 OK\r\nServer: old\r\n\r\nuntil the end");
        };
    try (Upstream upstream = new Upstream(old);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      assertThat(client.get("/").text()).isEqualTo("until the end");
      assertThat(client.get("/").text()).isEqualTo("until the end");
    }
  }

  @Test
  void continueIsAskedOfTheAppItself() throws IOException {
    Upstream.Script script =
        connection -> {
          String head = connection.head();
          connection.send("HTTP/1.1 100 Continue\r\n\r\n");
          connection.answer(
              new String(connection.bytes(4), java.nio.charset.StandardCharsets.US_ASCII)
                  + head.contains("100-continue"));
        };
    try (Upstream upstream = new Upstream(script);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      client.send(
          "POST / HTTP/1.1\r\nHost: "
              + RouterUnderTest.HOST
              + "\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(100);
      client.send("data");

      assertThat(client.answer().text()).isEqualTo("datatrue");
    }
  }

  @Test
  void eachKindOfNothingHasItsOwnCode() throws IOException {
    try (Client client = router.client()) {
      Client.Answer unknown = client.get("nobody.localhost", "/");
      assertThat(unknown.status()).isEqualTo(404);
      assertThat(unknown.header("Berth-Error")).isEqualTo("H01");
      assertThat(unknown.text())
          .contains("No app has this hostname", unknown.header("X-Request-Id"));

      router.empty(Emptiness.NO_INSTANCES);
      assertThat(client.get("/").header("Berth-Error")).isEqualTo("H14");
    }
  }

  @Test
  void aCrashedAndAStartingAppAreToldApart() throws IOException {
    try (Client client = router.client()) {
      router.empty(Emptiness.CRASHED);
      assertThat(client.get("/").header("Berth-Error")).isEqualTo("H10");
    }
  }

  @Test
  void aRequestWaitsAMomentForAnAppThatStarts() throws IOException {
    try (Upstream upstream = Upstream.saying("up");
        Client client = router.client()) {
      router.empty(Emptiness.BOOTING);
      assertThat(client.get("/").header("Berth-Error")).isEqualTo("H20");

      client.send("GET / HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + "\r\n\r\n");
      Wait.until(() -> router.count(Of.HELD) == 1);
      router.routing(upstream.route(1));

      assertThat(client.answer().text()).isEqualTo("up");
      assertThat(router.count(Of.HELD)).isZero();
    }
  }
}

package dev.berth.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TunnelTest {
  private static final String UPGRADE =
      "GET /chat HTTP/1.1\r\nHost: "
          + RouterUnderTest.HOST
          + "\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n";
  private static final String ACCEPTED =
      String.join(
          "\r\n",
          "HTTP/1.1 101 Switching Protocols",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Accept: x",
          "",
          "");

  private final RouterUnderTest router = new RouterUnderTest();

  @AfterEach
  void stop() {
    router.close();
  }

  @Test
  void bytesPassBothWaysOnceTheAppHasAgreed() throws IOException {
    Upstream.Script chat =
        connection -> {
          String head = connection.head();
          if (!head.contains("upgrade: websocket")) {
            throw new IOException("the router did not ask: " + head);
          }
          connection.send(ACCEPTED + "hello");
          connection.out.write(connection.bytes(6));
          connection.out.flush();
        };
    try (Upstream upstream = new Upstream(chat);
        Client client = router.client()) {
      router.routing(upstream.route(1));

      client.send(UPGRADE + "\r\n");
      assertThat(client.head()).startsWith("HTTP/1.1 101").contains("upgrade: websocket");
      assertThat(client.in.readNBytes(5)).isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
      client.send("\u0081\0GET ");
      assertThat(client.in.readNBytes(6)).startsWith(0x81, 0);
      assertThat(client.isClosedByRouter()).isTrue();
    }
  }

  @Test
  void anAppThatDoesNotAgreeJustAnswers() throws IOException {
    try (Upstream upstream = Upstream.mirror();
        Client client = router.client()) {
      router.routing(upstream.route(1));

      assertThat(client.send(UPGRADE + "\r\n").answer().text()).contains("upgrade: websocket");
      assertThat(client.get("/").text()).startsWith("GET / ");
    }
  }

  @Test
  void anUpgradeWithABodyIsAnOrdinaryRequest() throws IOException {
    try (Upstream upstream = Upstream.mirror();
        Client client = router.client()) {
      router.routing(upstream.route(1));

      assertThat(client.send(UPGRADE + "Content-Length: 0\r\n\r\n").answer().text())
          .contains("upgrade");
      Upstream.Script withBody =
          connection -> {
            String head = connection.head();
            connection.bytes(2);
            connection.answer(head);
          };
      try (Upstream reader = new Upstream(withBody)) {
        router.routing(reader.route(2));
        assertThat(client.send(UPGRADE + "Content-Length: 2\r\n\r\nhi").answer().text())
            .doesNotContain("pgrade");
      }
    }
  }
}

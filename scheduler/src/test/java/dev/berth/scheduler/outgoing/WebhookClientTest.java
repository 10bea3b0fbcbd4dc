package dev.berth.scheduler.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.scheduler.state.Ipv4Network;
import dev.berth.scheduler.state.Webhook;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server of this process that answers with bytes of its own. */
class WebhookClientTest {
  private static final String SECRET = "0123456789abcdef";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final WebhookClient client =
      new WebhookClient(
          new Destinations(List.of(Ipv4Network.of("127.0.0.0/8")), Set.of()),
          InstantSource.system());
  private final CompletableFuture<String> received = new CompletableFuture<>();
  private ServerSocket server;

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void aCallIsOnePostWithASignatureAndNoHeadersOfAnybodyElse() throws Exception {
    answer(OK);

    WebhookClient.Answer answer = client.post(webhook("/hook?a=1", 5000), "{\"event\":\"move\"}");

    assertThat(answer).isEqualTo(new WebhookClient.Answer(200, "ok"));
    String request = received.get();
    String signed =
        request.replaceAll("(?s).*\r\nBerth-Signature: (t=[0-9]+,v1=[0-9a-f]{64})\r\n.*", "$1");
    long seconds = Long.parseLong(signed.replaceAll("t=([0-9]+),.*", "$1"));
    byte[] body = "{\"event\":\"move\"}".getBytes(StandardCharsets.UTF_8);
    assertThat(request)
        .startsWith("POST /hook?a=1 HTTP/1.1\r\nHost: 127.0.0.1:" + server.getLocalPort() + "\r\n")
        .contains("\r\nContent-Length: 16\r\n")
        .endsWith("\r\n\r\n{\"event\":\"move\"}");
    assertThat(signed)
        .isEqualTo("t=%d,v1=%s".formatted(seconds, WebhookClient.signature(SECRET, seconds, body)));
  }

  @Test
  void chunksAreJoinedAndOtherStatusesToldAsTheyAre() throws Exception {
    String head = "HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\n";
    answer(head + "4\r\nnot \r\n3;x=y\r\nnow\r\n0\r\n\r\n");

    assertThat(client.post(webhook("/", 5000), "{}"))
        .isEqualTo(new WebhookClient.Answer(409, "not now"));
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    answer("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n");

    assertThat(client.post(webhook("/", 5000), "{}").status()).isEqualTo(302);
  }

  @Test
  void anAnswerWithoutEndIsCutOff() throws Exception {
    answer("HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(5_000_000));

    assertThat(client.post(webhook("/", 20_000), "{}").body().length())
        .isLessThan(WebhookClient.MAX_ANSWER);
  }

  @Test
  void whatIsNoHttpIsAFailure() throws Exception {
    answer("SSH-2.0-OpenSSH_9.2\r\n");

    assertThatThrownBy(() -> client.post(webhook("/", 5000), "{}"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no HTTP");
  }

  @Test
  void oneThatSpeaksByteByByteIsLeftWhenItsTimeIsOver() throws Exception {
    drip();

    assertThatThrownBy(() -> client.post(webhook("/", 300), "{}")).isInstanceOf(IOException.class);
  }

  @Test
  void nothingIsSentToWhereItMayNotLead() {
    var usual = new WebhookClient(new Destinations(List.of(), Set.of()), InstantSource.system());

    assertThatThrownBy(() -> usual.post(webhook("/", 5000), "{}"))
        .hasMessageContaining("may be called");
    assertThat(received).isNotDone();
  }

  private Webhook webhook(String path, int millis) {
    return new Webhook(
        "http://127.0.0.1:" + server.getLocalPort() + path, Duration.ofMillis(millis), SECRET);
  }

  private void answer(String text) {
    serve((in, out) -> {
      received.complete(request(in));
      out.write(text.getBytes(StandardCharsets.UTF_8));
    });
  }

  /** A header line that never ends, a byte whenever the client would still take one. */
  private void drip() {
    serve((in, out) -> {
      out.write("HTTP/1.1 200 OK\r\nX: ".getBytes(StandardCharsets.UTF_8));
      while (!server.isClosed()) {
        out.write('x');
        out.flush();
        Thread.onSpinWait();
      }
    });
  }

  private interface Conversation {
    void hold(InputStream in, OutputStream out) throws IOException;
  }

  private void serve(Conversation conversation) {
    Thread.ofVirtual()
        .start(() -> {
          try (Socket socket = server.accept()) {
            conversation.hold(socket.getInputStream(), socket.getOutputStream());
          } catch (SocketException gone) {
            // the client has left, as some tests want it to
          } catch (IOException failure) {
            received.completeExceptionally(failure);
          }
        });
  }

  private static String request(InputStream in) throws IOException {
    var text = new StringBuilder();
    int length = -1;
    while (length < 0 || text.length() < length) {
      text.append((char) in.read());
      int end = text.indexOf("\r\n\r\n");
      if (end >= 0 && length < 0) {
        String count = text.toString().replaceAll("(?s).*Content-Length: ([0-9]+).*", "$1");
        length = end + 4 + Integer.parseInt(count);
      }
    }
    return text.toString();
  }
}

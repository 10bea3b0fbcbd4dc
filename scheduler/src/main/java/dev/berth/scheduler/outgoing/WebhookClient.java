package dev.berth.scheduler.outgoing;

import dev.berth.scheduler.state.Webhook;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.SocketFactory;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Sends one signed POST and reads a short answer.
 *
 * <p>Connects to the address that was looked at and no other, with the headers written here and no
 * others, follows no redirect, and reads at most {@value #MAX_ANSWER} bytes. All of it but the
 * lookup of the name ends within the webhook's time, however slowly the other side speaks. Blocks;
 * belongs on a thread of its own. Thread-safe.
 */
public final class WebhookClient {
  static final int MAX_ANSWER = 16 * 1024;

  private final Destinations destinations;
  private final InstantSource clock;
  private final SSLSocketFactory tls;

  /** What came back, of whatever status. */
  public record Answer(int status, String body) {}

  public WebhookClient(Destinations destinations, InstantSource clock) {
    this(destinations, clock, (SSLSocketFactory) SSLSocketFactory.getDefault());
  }

  WebhookClient(Destinations destinations, InstantSource clock, SSLSocketFactory tls) {
    this.destinations = destinations;
    this.clock = clock;
    this.tls = tls;
  }

  /** The message of a failure says what went wrong, in words for the tenant. */
  public Answer post(Webhook webhook, String json) throws IOException {
    Webhook.Target target =
        Webhook.target(webhook.url())
            .orElseThrow(() -> new IOException(webhook.url() + " cannot be called"));
    var time = new Time(clock.instant().plus(webhook.timeout()));
    String host = target.host().replaceAll("[\\[\\]]", "");
    InetAddress address = destinations.choose(host, InetAddress.getAllByName(host), target.port());
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    try (Socket socket = SocketFactory.getDefault().createSocket()) {
      socket.connect(new InetSocketAddress(address, target.port()), time.left());
      socket.setSoTimeout(time.left());
      if (!target.isSecure()) {
        return exchange(socket, head(webhook, target, body), body, time);
      }
      try (SSLSocket secured = (SSLSocket) tls.createSocket(socket, host, target.port(), true)) {
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        return exchange(secured, head(webhook, target, body), body, time);
      }
    }
  }

  /** How much of the call's time is left. */
  private final class Time {
    private final Instant end;

    Time(Instant end) {
      this.end = end;
    }

    int left() throws IOException {
      long millis = Duration.between(clock.instant(), end).toMillis();
      if (millis <= 0) {
        throw new IOException("it took too long");
      }
      return (int) millis;
    }
  }

  private String head(Webhook webhook, Webhook.Target target, byte[] body) {
    boolean isUsual = target.port() == (target.isSecure() ? 443 : 80);
    long seconds = clock.instant().getEpochSecond();
    return "POST %s HTTP/1.1\r\nHost: %s%s\r\nUser-Agent: berth\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: %d\r\nBerth-Signature: t=%d,v1=%s\r\nConnection: close\r\n\r\n"
        .formatted(
            target.path(),
            target.host(),
            isUsual ? "" : ":" + target.port(),
            body.length,
            seconds,
            signature(webhook.secret(), seconds, body));
  }

  /** Of "SECONDS.BODY". */
  static String signature(String secret, long seconds, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has HmacSHA256", impossible);
    }
  }

  private static Answer exchange(Socket socket, String head, byte[] body, Time time)
      throws IOException {
    var request = new ByteArrayOutputStream();
    request.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    request.writeBytes(body);
    socket.getOutputStream().write(request.toByteArray()); // less than a socket's buffer holds
    try (var answer = new AnswerReader()) {
      byte[] buffer = new byte[4096];
      for (int left = MAX_ANSWER; left > 0 && !answer.isWhole(); ) {
        socket.setSoTimeout(time.left());
        int read = socket.getInputStream().read(buffer, 0, Math.min(buffer.length, left));
        if (read < 0) {
          break;
        }
        answer.take(buffer, read);
        left -= read;
      }
      return answer.answer();
    }
  }
}

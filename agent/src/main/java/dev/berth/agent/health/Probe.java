package dev.berth.agent.health;

import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.HealthCheck.Timing;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * One check of one instance, once.
 *
 * <p>Reads at most the first line of an answer, of a bounded length and in a bounded time. Blocks.
 */
final class Probe {
  private static final int LONGEST_STATUS_LINE = 512;

  private final HealthCheck check;
  private final InetSocketAddress address;
  private final InstantSource clock;

  Probe(HealthCheck check, InetSocketAddress address, InstantSource clock) {
    this.check = check;
    this.address = address;
    this.clock = clock;
  }

  Timing timing() {
    return switch (check) {
      case HealthCheck.ProcessRuns _ -> Timing.DEFAULT;
      case HealthCheck.Tcp(Timing timing) -> timing;
      case HealthCheck.Http(_, Timing timing) -> timing;
    };
  }

  /** Empty when it passed; otherwise why not, in words for the tenant. */
  Optional<String> failure(Duration timeout) {
    try {
      return switch (check) {
        case HealthCheck.ProcessRuns _ -> Optional.empty();
        case HealthCheck.Tcp _ -> connects(timeout);
        case HealthCheck.Http(String path, _) -> answers(path, timeout);
      };
    } catch (SocketTimeoutException late) {
      return Optional.of(
          "no answer on port " + address.getPort() + " within " + timeout.toMillis() + " ms");
    } catch (ConnectException refused) {
      return Optional.of("nothing listens on port " + address.getPort());
    } catch (IOException failure) {
      return Optional.of("port " + address.getPort() + ": " + failure.getMessage());
    }
  }

  private Optional<String> connects(Duration timeout) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(address, millis(timeout));
    }
    return Optional.empty();
  }

  private Optional<String> answers(String path, Duration timeout) throws IOException {
    Instant deadline = clock.instant().plus(timeout);
    try (var socket = new Socket()) {
      socket.connect(address, millis(timeout));
      String request =
          "GET "
              + path
              + " HTTP/1.1\r\nHost: "
              + address.getHostString()
              + ":"
              + address.getPort()
              + "\r\nUser-Agent: berth-health\r\nAccept: */*\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      String line = statusLine(socket, deadline);
      int status = status(line);
      return status >= 200 && status < 400
          ? Optional.empty()
          : Optional.of("GET " + path + " answered " + (status > 0 ? status : "no HTTP"));
    }
  }

  private String statusLine(Socket socket, Instant deadline) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] line = new byte[LONGEST_STATUS_LINE];
    int length = 0;
    while (length < line.length) {
      socket.setSoTimeout(millis(Duration.between(clock.instant(), deadline)));
      int read = in.read(line, length, line.length - length);
      if (read < 0) {
        break;
      }
      length += read;
      String text = new String(line, 0, length, StandardCharsets.ISO_8859_1);
      if (text.indexOf('\n') >= 0) {
        return text.substring(0, text.indexOf('\n'));
      }
    }
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** 0 when it is none. */
  private static int status(String line) {
    boolean http = line.length() >= 12 && line.startsWith("HTTP/1.") && line.charAt(8) == ' ';
    if (!http) {
      return 0;
    }
    int status = 0;
    for (int i = 9; i < 12; i++) {
      int digit = line.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      status = 10 * status + digit;
    }
    return status;
  }

  private static int millis(Duration left) throws SocketTimeoutException {
    if (left.isNegative() || left.isZero()) {
      throw new SocketTimeoutException();
    }
    return (int) Math.max(1, left.toMillis());
  }
}

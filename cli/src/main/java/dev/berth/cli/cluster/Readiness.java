package dev.berth.cli.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.cli.CommandFailure;
import dev.berth.cli.ExitCode;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Progress;
import dev.berth.cli.output.Words;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.Node;
import dev.berth.proto.v1.NodeServiceGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Waits until programs serve, nodes are ready and apps answer. Confined to one thread. */
final class Readiness {
  private static final Duration PAUSE = Duration.ofMillis(25);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final StateDirectory state;
  private final Clock clock;
  private final Progress progress;
  private final BooleanSupplier hopeless;
  private String lacking = "";

  /** {@code hopeless} says that waiting on makes no sense, as the programs do not stay up. */
  Readiness(StateDirectory state, Clock clock, Progress progress, BooleanSupplier hopeless) {
    this.state = state;
    this.clock = clock;
    this.progress = progress;
    this.hopeless = hopeless;
  }

  void awaitProgram(String name, Duration time) {
    await(name + " to serve", time, name, () -> serves(name));
  }

  /** The run file is there, and it is of a process that lives. */
  private boolean serves(String name) {
    Path file = state.runFile(name);
    try {
      return Files.exists(file)
          && ProcessHandle.of(MAPPER.readTree(file.toFile()).path("pid").asLong()).isPresent();
    } catch (IOException halfWay) {
      return false;
    }
  }

  void awaitLeader(Cluster cluster, Duration time) {
    await(
        "the scheduler to lead",
        time,
        "scheduler",
        () ->
            reached(() ->
                cluster
                        .ask(
                            ClusterServiceGrpc::newBlockingStub,
                            it -> it.getStatus(GetStatusRequest.getDefaultInstance()))
                        .getEpoch()
                    > 0));
  }

  /** A node that was not verified, or failed, takes no instances: it is not ready for anybody. */
  void awaitNodes(Cluster cluster, int count, Duration time) {
    await(
        count + " node(s) to be ready and verified",
        time,
        "node-1",
        () -> reached(() -> verifiedNodes(cluster) >= count));
  }

  private long verifiedNodes(Cluster cluster) {
    List<Node> nodes =
        cluster
            .ask(
                NodeServiceGrpc::newBlockingStub,
                it -> it.listNodes(ListNodesRequest.getDefaultInstance()))
            .getNodesList();
    lacking = lacking(nodes);
    return nodes.stream().filter(Readiness::isVerified).count();
  }

  static boolean isVerified(Node node) {
    return node.getPhase() == Node.Phase.READY
        && node.getVerifiedAt() > 0
        && node.getFailedChecksCount() == 0;
  }

  /** Which checks failed where; empty when none did. */
  static String lacking(List<Node> nodes) {
    return nodes.stream()
        .filter(node -> node.getFailedChecksCount() > 0)
        .map(node ->
            "; %s fails %s"
                .formatted(node.getName(), String.join(", ", node.getFailedChecksList())))
        .collect(Collectors.joining());
  }

  void awaitAnswer(String hostname, int port, Duration time) {
    await(
        "http://" + hostname + ":" + port + "/ to answer",
        time,
        "router-1",
        () -> statusOf(hostname, port) == 200);
  }

  /** The status that the router answers for a hostname; 0 if it does not answer. */
  static int statusOf(String hostname, int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      socket.setSoTimeout(5000);
      String request =
          "GET / HTTP/1.1\r\nHost: " + hostname + ":" + port + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      String start = new String(in.readNBytes(12), StandardCharsets.US_ASCII);
      return start.matches("HTTP/1\\.1 [0-9]{3}") ? Integer.parseInt(start.substring(9)) : 0;
    } catch (IOException notYet) {
      return 0;
    }
  }

  private static boolean reached(BooleanSupplier question) {
    try {
      return question.getAsBoolean();
    } catch (CommandFailure notYet) {
      if (notYet.exitCode() != ExitCode.UNREACHABLE) {
        throw notYet;
      }
      return false;
    }
  }

  private void await(String what, Duration time, String program, BooleanSupplier condition) {
    Instant deadline = clock.instant().plus(time);
    CountDownLatch never = new CountDownLatch(1);
    while (!condition.getAsBoolean()) {
      Duration waited = Duration.between(clock.instant(), deadline.minus(time)).abs();
      progress.state("Waiting for " + what + " ... " + Words.length(waited));
      if (hopeless.getAsBoolean() || clock.instant().isAfter(deadline)) {
        throw new CommandFailure(
            ExitCode.NOT_SETTLED,
            "NOT_READY",
            "waited in vain for " + what + lacking + tail(program),
            "see " + state.log(program));
      }
      try {
        if (never.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException("nobody counts this down");
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for " + what, interrupted);
      }
    }
  }

  private String tail(String program) {
    try {
      List<String> lines = Files.readAllLines(state.log(program));
      List<String> last = lines.subList(Math.max(0, lines.size() - 8), lines.size());
      return last.isEmpty() ? "" : "; its log ends:\n    " + String.join("\n    ", last);
    } catch (IOException none) {
      return "";
    }
  }
}

package dev.berth.agent.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.berth.agent.control.Input;
import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.HealthCheck.Timing;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Report;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
  private static final PlacementId ID = new PlacementId(1000);
  private static final Timing QUICK =
      new Timing(Duration.ofMillis(10), Duration.ofMillis(500), Duration.ofSeconds(60), 3);

  private final BlockingQueue<Input.Heard> heard = new LinkedBlockingQueue<>();
  private final HealthChecks checks = new HealthChecks(InstantSource.system(), heard::add);

  @AfterEach
  void close() {
    checks.close();
  }

  @Test
  void aListenerPassesAtOnceAndItsEndIsTold() throws Exception {
    try (var app = listener()) {
      watch(new HealthCheck.Tcp(QUICK), app.getLocalPort());
      assertThat(next()).isEqualTo(new Report.CheckPassed());
    }

    assertThat(next()).isInstanceOf(Report.CheckFailed.class);
  }

  @Test
  void anInstanceThatListensLateIsFoundSoon() throws Exception {
    int port;
    try (var free = listener()) {
      port = free.getLocalPort();
    }
    watch(new HealthCheck.Tcp(QUICK), port);
    assertThat(heard.poll(50, TimeUnit.MILLISECONDS)).isNull();

    try (var app = new ServerSocket(port, 8, InetAddress.getLoopbackAddress())) {
      assertThat(app.isBound()).isTrue();
      assertThat(next()).isEqualTo(new Report.CheckPassed());
    }
  }

  @Test
  void anHttpAnswerOutsideTheTwoAndThreeHundredsFails() throws Exception {
    var status = new AtomicInteger(204);
    HttpServer app =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    app.createContext(
        "/up",
        exchange -> {
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
        });
    app.start();
    try {
      watch(new HealthCheck.Http("/up", QUICK), app.getAddress().getPort());
      assertThat(next()).isEqualTo(new Report.CheckPassed());

      status.set(503);

      assertThat(next()).isEqualTo(new Report.CheckFailed("GET /up answered 503"));
    } finally {
      app.stop(0);
    }
  }

  @Test
  void anEndlessOrSilentAnswerIsGivenUpInTime() throws IOException {
    try (var app = listener()) {
      Thread.ofVirtual().start(() -> answerForEver(app));
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), app.getLocalPort());
      var probe = new Probe(new HealthCheck.Http("/", QUICK), address, InstantSource.system());

      Optional<String> failure = probe.failure(Duration.ofMillis(300));

      assertThat(failure).isPresent();
    }
  }

  @Test
  void whatIsForgottenIsToldNoMore() throws Exception {
    var app = listener();
    watch(new HealthCheck.Tcp(QUICK), app.getLocalPort());
    assertThat(next()).isEqualTo(new Report.CheckPassed());

    checks.forget(ID);
    app.close();

    assertThat(heard.poll(100, TimeUnit.MILLISECONDS)).isNull();
  }

  private void watch(HealthCheck check, int port) {
    checks.watch(ID, 1, check, new Address("127.0.0.1", port));
  }

  private Report next() throws InterruptedException {
    Input.Heard input = heard.poll(10, TimeUnit.SECONDS);
    return input == null ? new Report.Released() : input.report();
  }

  private static ServerSocket listener() throws IOException {
    return new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  }

  private static void answerForEver(ServerSocket app) {
    try (var socket = app.accept()) {
      while (true) {
        socket.getOutputStream().write('x');
      }
    } catch (IOException closed) {
      // The probe has hung up, as it should.
    }
  }
}

package dev.berth.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.berth.bench.cluster.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SteadyLoadTest {
  private final AtomicInteger status = new AtomicInteger(200);
  private final Deadline deadline = new Deadline(System::nanoTime);
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          byte[] body =
              exchange.getRequestHeaders().getFirst("Host").getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status.get(), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void anAnswerCarriesWhatTheServerSaid() throws IOException {
    Answer answer =
        HttpConnection.get(
            server.getAddress().getPort(), "shop.acme.localhost", "/", Duration.ofSeconds(5));

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("shop.acme.localhost");
  }

  @Test
  void everyAnswerHasItsLatency() throws InterruptedException {
    SteadyLoad load = start();
    awaitAnswers(load, 50);

    LoadReport report = load.stop();

    assertThat(report.latencies()).hasSize((int) report.answers());
    assertThat(report.latencies()).allMatch(latency -> latency.isPositive());
  }

  @Test
  void aServerThatAnswersGivesNoFailure() throws InterruptedException {
    SteadyLoad load = start();

    awaitAnswers(load, 100);

    assertThat(load.stop().failures()).isEmpty();
  }

  @Test
  void everyErrorAndEveryRefusedConnectionIsCounted() throws InterruptedException {
    SteadyLoad load = start();
    awaitAnswers(load, 20);

    status.set(503);
    long sent = load.answers();
    server.stop(0);
    deadline.holdsFor(Duration.ofMillis(300), () -> true);

    LoadReport report = load.stop();
    assertThat(report.failures()).hasSizeGreaterThan(20);
    assertThat(report.answers()).isLessThan(sent + 20);
  }

  private SteadyLoad start() {
    return SteadyLoad.start(
        server.getAddress().getPort(), "a.b.localhost", "/", 500, 4, System::nanoTime);
  }

  private void awaitAnswers(SteadyLoad load, long count) {
    deadline.until(count + " answers", Duration.ofSeconds(20), () -> load.answers() >= count);
  }
}

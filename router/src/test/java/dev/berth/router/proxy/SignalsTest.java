package dev.berth.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.router.metrics.RouteSignals;
import dev.berth.router.table.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SignalsTest {
  private final RouterUnderTest router = new RouterUnderTest();

  @AfterEach
  void stop() {
    router.close();
  }

  @Test
  void answersAreCountedForTheInstanceThatGaveThem() throws IOException {
    try (Upstream good = Upstream.saying("ok");
        Client client = router.client()) {
      router.routing(good.route(7));
      client.get("/");
      client.get("/");

      RouteSignals seen = taken();
      assertThat(seen.placementId()).isEqualTo(7);
      assertThat(seen.requests()).isEqualTo(2);
      assertThat(seen.failed()).isZero();
      assertThat(seen.errors()).isZero();
    }
  }

  @Test
  void itsOwn500IsAFailedAnswerAndNoErrorOfTheRouter() throws IOException {
    Upstream.Script script =
        connection -> {
          connection.head();
          connection.send("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
          connection.head();
        };
    try (Upstream bad = new Upstream(script);
        Client client = router.client()) {
      router.routing(bad.route(1));
      client.get("/");

      assertThat(taken().failed()).isEqualTo(1);
    }
  }

  @Test
  void aRefusedConnectionIsHeldAgainstTheOneThatRefused() throws IOException {
    try (Upstream good = Upstream.saying("ok");
        Client client = router.client()) {
      router.routing(good.route(1), dead(2));
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/").status()).isEqualTo(200);
      }

      List<RouteSignals> seen = allTaken();
      assertThat(errors(seen, 1)).isZero();
      assertThat(errors(seen, 2)).isPositive();
    }
  }

  @Test
  void aConnectionClosedWithoutAnAnswerIsOneError() throws IOException {
    try (Upstream closing = new Upstream(connection -> connection.head());
        Client client = router.client()) {
      router.routing(closing.route(1));
      client.send("POST / HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + "\r\n\r\n").answer();

      assertThat(taken().errors()).isEqualTo(1);
    }
  }

  @Test
  void whatAWithdrawnInstanceAnsweredIsNotLost() throws IOException {
    try (Upstream good = Upstream.saying("ok");
        Client client = router.client()) {
      router.routing(good.route(1));
      client.get("/");
      router.routing();

      assertThat(taken().requests()).isEqualTo(1);
    }
  }

  private static long errors(List<RouteSignals> seen, long placement) {
    return seen.stream()
        .filter(it -> it.placementId() == placement)
        .mapToLong(RouteSignals::errors)
        .sum();
  }

  private RouteSignals taken() {
    List<RouteSignals> all = allTaken();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private List<RouteSignals> allTaken() {
    var taken = new CompletableFuture<List<RouteSignals>>();
    router.server.takeSignals(1000, taken::complete);
    return taken.orTimeout(10, TimeUnit.SECONDS).join();
  }

  private static Route dead(long id) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new Route(id, 1, "127.0.0.1", free.getLocalPort(), "web." + id);
    }
  }
}

package dev.berth.router.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.router.metrics.LoopCounters.Of;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Routes come and go under load. */
@Timeout(60)
class ChurnTest {
  private final RouterUnderTest router = new RouterUnderTest();

  /** Clients that ask without pause until they are told to stop. */
  private final class Load implements AutoCloseable {
    final AtomicLong answers = new AtomicLong();
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    Load(int clients, String request, RouterUnderTest routing) {
      assertThat(routing).isSameAs(router);
      for (int i = 0; i < clients; i++) {
        threads.add(Thread.ofVirtual().start(() -> ask(request)));
      }
    }

    private void ask(String request) {
      try (Client client = router.client()) {
        while (!over) {
          Client.Answer answer = client.send(request).answer();
          answers.incrementAndGet();
          if (answer.status() != 200) {
            wrong.add(answer.status() + " " + answer.header("Berth-Error"));
          }
        }
      } catch (IOException failure) {
        wrong.add(failure.toString());
      }
    }

    void passes(int more) {
      long goal = answers.get() + more;
      Wait.until(() -> answers.get() >= goal || !wrong.isEmpty());
    }

    void end() {
      over = true;
      for (Thread thread : threads) {
        try {
          thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public void close() {
      end();
    }
  }

  private static String request(String method) {
    return method + " / HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + "\r\n\r\n";
  }

  @Test
  void routesThatComeAndGoFailNoRequest() throws Exception {
    try (router;
        Upstream first = Upstream.saying("1");
        Upstream second = Upstream.saying("2");
        Load load = new Load(16, request("POST"), router.routing(first.route(1)))) {
      for (int i = 0; i < 100; i++) {
        router.routing(first.route(1));
        router.routing(first.route(1), second.route(2));
        router.routing(second.route(2));
        load.passes(20);
      }
      load.end();

      assertThat(load.wrong).isEmpty();
      assertThat(load.answers.get()).isGreaterThanOrEqualTo(2000);
    }
  }

  @Test
  void anInstanceThatStopsAfterItsRouteIsGoneFailsNoRequest() throws Exception {
    try (router;
        Upstream stays = Upstream.saying("stays");
        Load load = new Load(8, request("POST"), router.routing(stays.route(1)))) {
      for (int i = 2; i < 40; i++) {
        Upstream goes = Upstream.saying("goes");
        router.routing(stays.route(1), goes.route(i));
        load.passes(50);
        router.routing(stays.route(1));
        router.awaitLetGo();
        goes.close();
      }
      load.end();

      assertThat(load.wrong).isEmpty();
    }
  }

  @Test
  void aWithdrawnRouteIsLetGoWhenItsLastAnswerIsThere() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch mayAnswer = new CountDownLatch(1);
    try (router;
        RouterUnderTest patient =
            new RouterUnderTest(ProxyLimits.DEFAULTS, ProxyTimeouts.DEFAULTS);
        Client client = patient.client();
        Upstream stays = Upstream.saying("stays");
        Upstream slow =
            new Upstream(connection -> {
              connection.head();
              asked.countDown();
              await(mayAnswer);
              connection.answer("late");
            })) {
      patient.routing(slow.route(1));
      client.send(request("GET"));
      await(asked);
      patient.routing(stays.route(2));
      CountDownLatch letGo = patient.letGo();
      patient.routing(stays.route(2)); // every loop has looked once when this is in force
      assertThat(letGo.getCount()).isEqualTo(1);

      mayAnswer.countDown();

      assertThat(client.answer().text()).isEqualTo("late");
      assertThat(letGo.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aRequestWithoutEndHoldsAWithdrawnRouteNoLongerThanItMay() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    try (router;
        RouterUnderTest patient =
            new RouterUnderTest(ProxyLimits.DEFAULTS, ProxyTimeouts.DEFAULTS);
        Client client = patient.client();
        Upstream stays = Upstream.saying("stays");
        Upstream endless =
            new Upstream(connection -> {
              connection.head();
              asked.countDown();
              await(over);
            })) {
      patient.routing(endless.route(1));
      client.send(request("GET"));
      await(asked);

      patient.routing(stays.route(2));
      long from = System.nanoTime();
      patient.awaitLetGo();

      assertThat(Duration.ofNanos(System.nanoTime() - from))
          .isGreaterThan(LoopState.LET_GO.dividedBy(2));
      over.countDown();
    }
  }

  @Test
  void aCrashBesideAHealthyInstanceFailsNoRepeatableRequest() throws Exception {
    try (router;
        Upstream stays = Upstream.saying("stays")) {
      Upstream crashes = Upstream.saying("crashes");
      router.routing(stays.route(1), crashes.route(2));
      try (Load load = new Load(16, request("GET"), router)) {
        load.passes(500);
        crashes.close();
        load.passes(2000);
        load.end();

        assertThat(load.wrong).isEmpty();
      }
    }
  }

  @Test
  void aLoneInstanceThatRestartsAtItsAddressFailsNoRepeatableRequest() throws Exception {
    Upstream before = Upstream.saying("before");
    int port = before.port();
    try (router) {
      router.routing(before.route(1));
      try (Load load = new Load(8, request("GET"), router)) {
        load.passes(200);
        before.close();
        Wait.until(() -> router.count(Of.HELD) > 0);
        try (Upstream after = new Upstream(port, ChurnTest::sayAfter)) {
          load.passes(500);
          load.end();
          assertThat(after.connections.get()).isPositive();
        }

        assertThat(load.wrong).isEmpty();
      }
    }
  }

  private static void sayAfter(Upstream.Connection connection) throws IOException {
    while (!connection.head().isEmpty()) {
      connection.answer("after");
    }
  }

  @Test
  void requestsAreSpreadOverAllRoutes() throws Exception {
    List<Upstream> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(Upstream.saying("x"));
    }
    try (router) {
      router.routing(
          all.get(0).route(1), all.get(1).route(2), all.get(2).route(3), all.get(3).route(4));
      try (Load load = new Load(8, request("GET"), router)) {
        load.passes(1000);
      }

      assertThat(all).allMatch(one -> one.connections.get() > 0);
    } finally {
      all.forEach(Upstream::close);
    }
  }

  @Test
  void aWithdrawnRouteFinishesWhatItHasAndLosesItsIdleConnections() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(2);
    Upstream.Script slow =
        connection -> {
          if (connection.head().startsWith("GET /slow")) {
            await(go);
          }
          connection.answer("done");
          if (connection.head().isEmpty()) {
            closed.countDown();
          }
        };
    try (router;
        Upstream upstream = new Upstream(slow);
        Client idle = router.client();
        Client busy = router.client()) {
      router.routing(upstream.route(1));
      idle.get("/");
      busy.send("GET /slow HTTP/1.1\r\nHost: " + RouterUnderTest.HOST + "\r\n\r\n");
      Wait.until(() -> upstream.connections.get() == 2 || router.count(Of.REQUESTS) == 2);
      router.routing();
      go.countDown();

      assertThat(busy.answer().text()).isEqualTo("done");
      assertThat(idle.get("/").header("Berth-Error")).isEqualTo("H14");
    }
  }

  @Test
  void aStoppingRouterFinishesWhatItHas() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    Upstream.Script slow =
        connection -> {
          connection.head();
          await(go);
          connection.answer("done");
        };
    try (Upstream upstream = new Upstream(slow);
        Client busy = router.client();
        Client idle = router.client();
        Client idleOnTheOtherLoop = router.client()) {
      router.routing(upstream.route(1));
      idle.get("nobody", "/");
      idleOnTheOtherLoop.get("nobody", "/");
      busy.send(request("GET"));
      Wait.until(() -> router.count(Of.UPSTREAM_CONNECTIONS) == 1);
      Thread stopping = Thread.ofVirtual().start(router::close);
      assertThat(idle.isClosedByRouter()).isTrue();
      assertThat(idleOnTheOtherLoop.isClosedByRouter()).isTrue();
      go.countDown();

      Client.Answer answer = busy.answer();
      assertThat(answer.text()).isEqualTo("done");
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(stopping.join(Duration.ofSeconds(10))).isTrue();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}

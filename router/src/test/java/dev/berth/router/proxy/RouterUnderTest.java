package dev.berth.router.proxy;

import dev.berth.router.metrics.AccessLog;
import dev.berth.router.metrics.LoopCounters;
import dev.berth.router.table.Emptiness;
import dev.berth.router.table.FullTable;
import dev.berth.router.table.HostEntry;
import dev.berth.router.table.Intake;
import dev.berth.router.table.Outcome;
import dev.berth.router.table.Pool;
import dev.berth.router.table.Route;
import dev.berth.router.table.RouteTable;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/** A real proxy on a free loopback port, with a table that the test writes. */
final class RouterUnderTest implements AutoCloseable {
  static final String HOST = "shop.acme.localhost";

  final ProxyServer server;
  private final List<Pool> pools = new ArrayList<>();
  private final List<HostEntry> hosts = new ArrayList<>();
  private long version;

  RouterUnderTest() {
    this(ProxyLimits.DEFAULTS, quick());
  }

  RouterUnderTest(ProxyLimits limits, ProxyTimeouts timeouts) {
    this(limits, timeouts, null);
  }

  RouterUnderTest(ProxyLimits limits, ProxyTimeouts timeouts, @Nullable AccessLog log) {
    SplittableGenerator random =
        RandomGeneratorFactory.<SplittableGenerator>of("SplittableRandom").create(7);
    server =
        new ProxyServer(
            new ProxySettings("127.0.0.1", 0, 2, limits, timeouts),
            new ProxyServer.Surroundings(System::nanoTime, InstantSource.system(), random, log));
    server.open();
    use();
  }

  /** Everything that makes a test wait is short; everything else as it is in life. */
  static ProxyTimeouts quick() {
    return new ProxyTimeouts(
        Duration.ofMillis(400),
        Duration.ofSeconds(5),
        Duration.ofMillis(500),
        Duration.ofMillis(400),
        Duration.ofMillis(500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(4),
        Duration.ofMillis(300),
        Duration.ofSeconds(2));
  }

  RouterUnderTest routing(Route... routes) {
    return routing(HOST, "acme/shop/web", routes);
  }

  RouterUnderTest routing(String host, String pool, Route... routes) {
    pools.removeIf(one -> one.id().equals(pool));
    hosts.removeIf(one -> one.hostname().equals(host));
    pools.add(new Pool(pool, List.of(routes), Emptiness.NOT_EMPTY));
    hosts.add(new HostEntry(host, pool));
    return use();
  }

  RouterUnderTest empty(Emptiness why) {
    pools.add(new Pool("acme/shop/web", List.of(), why));
    hosts.add(new HostEntry(HOST, "acme/shop/web"));
    return use();
  }

  private RouterUnderTest use() {
    FullTable full = new FullTable(1, ++version, pools, hosts, pools.size(), hosts.size());
    if (!(Intake.empty().accept(full) instanceof Outcome.Replaced(Intake intake))) {
      throw new IllegalStateException("the test's table is refused");
    }
    RouteTable table = intake.table();
    CountDownLatch inForce = new CountDownLatch(1);
    server.use(table, null, inForce::countDown);
    await(inForce, "the table is not in force");
    return this;
  }

  /** What the scheduler waits for before it has an instance stopped. */
  void awaitLetGo() {
    await(letGo(), "withdrawn routes are not let go");
  }

  CountDownLatch letGo() {
    CountDownLatch letGo = new CountDownLatch(1);
    server.whenLetGo(letGo::countDown);
    return letGo;
  }

  private static void await(CountDownLatch latch, String otherwise) {
    try {
      if (!latch.await(5, TimeUnit.SECONDS)) {
        throw new IllegalStateException(otherwise + " after 5 s");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  long count(LoopCounters.Of what) {
    return server.counters().stream().mapToLong(one -> one.count(what)).sum();
  }

  long failures(Failure failure) {
    return server.counters().stream().mapToLong(one -> one.failureCount(failure.name())).sum();
  }

  Client client() throws IOException {
    return new Client(server.port());
  }

  @Override
  public void close() {
    server.close();
  }
}

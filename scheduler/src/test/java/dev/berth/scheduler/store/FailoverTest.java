package dev.berth.scheduler.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.stored.v1.StoredLeader;
import dev.berth.scheduler.SchedulerCore;
import dev.berth.scheduler.SchedulerSettings;
import dev.berth.scheduler.SteadyClock;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.TenantId;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two schedulers on one ZooKeeper, in this process. */
@Timeout(60)
class FailoverTest {
  private static final ClusterSettings CLUSTER = new ClusterSettings("localhost", "debian-12");

  /** Long enough that no session runs out while a test lasts. */
  private static final Duration SESSION = Duration.ofSeconds(40);

  @TempDir Path directory;
  private EmbeddedZooKeeper zooKeeper;
  private CuratorFramework client;
  private Candidate first;
  private Candidate second;

  /** A scheduler and the port that it is found at. */
  private final class Candidate implements AutoCloseable {
    final ServerSocket port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final String address = "127.0.0.1:" + port.getLocalPort();
    private final List<Socket> callers = new ArrayList<>();
    final SchedulerCore core;

    Candidate() throws Exception {
      Thread.ofVirtual().start(this::greet);
      core =
          new SchedulerCore(
              new SchedulerSettings.ZooKeeperSettings(
                  directory, Optional.of(zooKeeper.connectString()), SESSION),
              CLUSTER,
              new SteadyClock(Instant.parse("2026-01-01T00:00:00Z"), System::nanoTime));
      core.stand(address);
    }

    private void greet() {
      try {
        while (true) {
          Socket caller = port.accept();
          synchronized (callers) {
            callers.add(caller);
          }
        }
      } catch (java.io.IOException closed) {
        // The process is gone, as far as others can see.
      }
    }

    boolean isWatched() {
      synchronized (callers) {
        return !callers.isEmpty();
      }
    }

    /** As a kill would: nobody listens, and who was connected is cut off. */
    void leavePort() throws java.io.IOException {
      port.close();
      synchronized (callers) {
        for (Socket caller : callers) {
          caller.close();
        }
      }
    }

    Control control() {
      await(address + " leads", () -> core.leadership().leading().isPresent());
      return core.leadership().leading().orElseThrow();
    }

    @Override
    public void close() {
      core.close();
    }
  }

  @BeforeEach
  void start() throws Exception {
    zooKeeper = EmbeddedZooKeeper.start(directory);
    client =
        ZooKeeperConnection.open(zooKeeper.connectString(), ZooKeeperSecret.in(directory), SESSION);
    first = new Candidate();
    first.control();
    second = new Candidate();
    await("the second names the first", () -> names(second, first));
  }

  @AfterEach
  void close() throws Exception {
    second.close();
    first.close();
    second.leavePort();
    first.leavePort();
    client.close();
    zooKeeper.close();
  }

  @Test
  void whoseSessionIsExpiredIsSucceededAndFollows() throws Exception {
    Control before = first.control();
    assertThat(createTenant(before, "acme")).isInstanceOf(Outcome.Accepted.class);

    zooKeeper.expire(leader().getSession());

    Control after = second.control();
    assertThat(after.snapshot().epoch()).isGreaterThan(before.snapshot().epoch());
    assertThat(after.snapshot().state().tenants()).containsOnlyKeys(new TenantId("acme"));
    await("the first has stood down", () -> first.core.leadership().leading().isEmpty());
    assertThat(createTenant(before, "late")).isInstanceOf(Outcome.Refused.class);
    await("the first names the second", () -> names(first, second));
    assertThat(after.snapshot().state().tenants()).containsOnlyKeys(new TenantId("acme"));
  }

  @Test
  void whoseProcessIsGoneIsSucceededLongBeforeItsSessionRunsOut() throws Exception {
    Control before = first.control();
    await("the second is on the lookout", () -> first.isWatched());

    first.leavePort();

    Control after = second.control();
    assertThat(after.snapshot().epoch()).isGreaterThan(before.snapshot().epoch());
    // It lives on with its session, as one would that was wrongly taken for dead.
    await("the first has stood down", () -> first.core.leadership().leading().isEmpty());
    Outcome late = createTenant(before, "late");
    assertThat(((Outcome.Refused) late).code())
        .isIn(RefusalCode.NOT_LEADING, RefusalCode.TERM_ENDED);
    assertThat(createTenant(after, "acme")).isInstanceOf(Outcome.Accepted.class);
  }

  @Test
  void whoStopsIsSucceededAtOnce() throws Exception {
    createTenant(first.control(), "acme");

    first.close();

    assertThat(second.control().snapshot().state().tenants())
        .containsOnlyKeys(new TenantId("acme"));
  }

  @Test
  void aTakeoverAfterAnotherHasAllThatBothHaveWritten() throws Exception {
    createTenant(first.control(), "one");
    zooKeeper.expire(leader().getSession());
    Control middle = second.control();
    createTenant(middle, "two");
    await("the first names the second", () -> names(first, second));

    zooKeeper.expire(leader().getSession());

    await(
        "somebody leads in a later epoch",
        () ->
            List.of(first, second).stream()
                .flatMap(it -> it.core.leadership().leading().stream())
                .anyMatch(it -> it.snapshot().epoch() > middle.snapshot().epoch()));
    Control last =
        List.of(first, second).stream()
            .flatMap(it -> it.core.leadership().leading().stream())
            .filter(it -> it.snapshot().epoch() > middle.snapshot().epoch())
            .findFirst()
            .orElseThrow();
    assertThat(last.snapshot().state().tenants())
        .containsOnlyKeys(new TenantId("one"), new TenantId("two"));
  }

  private StoredLeader leader() throws Exception {
    return StoredLeader.parseFrom(client.getData().forPath("/berth/leader"));
  }

  private static boolean names(Candidate asked, Candidate leader) {
    return asked.core.leadership().leaderAddress().equals(Optional.of(leader.address));
  }

  private static Outcome createTenant(Control control, String name) throws Exception {
    var command =
        new Command.CreateTenant(name, null, new Digest("%064x".formatted(name.hashCode())));
    return control.submit(command, new Caller.Operator(), Mutation.NONE).get(10, SECONDS);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within 20 s: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}

package dev.berth.scheduler;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.store.EmbeddedZooKeeper;
import dev.berth.scheduler.store.ZooKeeperConnection;
import dev.berth.scheduler.store.ZooKeeperElection;
import dev.berth.scheduler.store.ZooKeeperSecret;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulerCoreTest {
  private static final ClusterSettings CLUSTER = new ClusterSettings("localhost", "debian-12");
  private static final AppName SHOP = new AppName("acme", "shop");

  @TempDir Path directory;

  @Test
  void aRestartLosesNothingAndLeadsAgainQuickly() throws Exception {
    try (SchedulerCore core = start()) {
      Control control = awaitLeader(core);
      assertThat(submit(control, createTenant())).isInstanceOf(Outcome.Accepted.class);
      assertThat(submit(control, new Command.CreateApp(SHOP, "")))
          .isInstanceOf(Outcome.Accepted.class);
    }

    try (SchedulerCore core = start()) {
      Control control = awaitLeader(core);

      assertThat(control.snapshot().epoch()).isEqualTo(2);
      assertThat(control.snapshot().state().apps()).containsOnlyKeys(AppId.of("acme", "shop"));
    }
  }

  @Test
  void aCandidateLeftBehindByAKilledProcessDoesNotHoldUpItsSuccessor() throws Exception {
    var zooKeeper = EmbeddedZooKeeper.start(directory);
    CuratorFramework killed =
        ZooKeeperConnection.open(
            zooKeeper.connectString(), ZooKeeperSecret.in(directory), Duration.ofSeconds(10));
    new ZooKeeperElection(killed, "/berth", () -> "10.0.0.1:7100").await();
    zooKeeper.close(); // its session is still alive in the data that stays

    try (SchedulerCore core = start()) {
      assertThat(awaitLeader(core).snapshot().epoch()).isEqualTo(1);
    } finally {
      killed.close();
    }
  }

  private SchedulerCore start() throws Exception {
    var core =
        new SchedulerCore(
            new SchedulerSettings.ZooKeeperSettings(
                directory, Optional.empty(), Duration.ofSeconds(10)),
            CLUSTER,
            new SteadyClock(Instant.parse("2026-01-01T00:00:00Z"), ticks()));
    core.stand("127.0.0.1:7100");
    return core;
  }

  /** Real time must pass here: the loop under test sleeps on its queue. */
  private static LongSupplier ticks() {
    var ticks = new AtomicLong();
    return () -> ticks.addAndGet(1_000_000);
  }

  private static Control awaitLeader(SchedulerCore core) throws Exception {
    var began = new CompletableFuture<Control>();
    core.leadership()
        .follow(
            new Leadership.Follower() {
              @Override
              public void began(Control control) {
                began.complete(control);
              }

              @Override
              public void ended(Control control) {}
            });
    return began.get(5, SECONDS);
  }

  private static Command createTenant() {
    return new Command.CreateTenant("acme", null, new Digest("a".repeat(64)));
  }

  private static Outcome submit(Control control, Command command) throws Exception {
    return control.submit(command, new Caller.Operator(), Mutation.NONE).get(10, SECONDS);
  }
}

package dev.berth.scheduler.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Ipv4Network;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.Priority;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.RolloutPolicy;
import dev.berth.scheduler.state.Share;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.state.Turnover;
import dev.berth.scheduler.state.Webhook;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

class ZooKeeperStoreTest {
  private static final AppId SHOP = AppId.of("acme", "shop");
  private static final Digest DIGEST = new Digest("a".repeat(64));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static final Duration SESSION = Duration.ofSeconds(10);

  @TempDir Path directory;

  @Test
  void whatWasCommittedIsLoadedAfterARestartOfTheServer() throws Exception {
    ClusterState written;
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework client = connect(server)) {
      Store store = open(client);
      written = commit(store, ClusterState.empty(), everything());
    }

    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework client = connect(server)) {
      Store store = open(client);

      assertThat(store.load().state()).isEqualTo(written);
      assertThat(store.load().history()).containsExactly(event(1));
      assertThat(store.epoch()).isEqualTo(2);
    }
  }

  @Test
  void aDeposedLeaderWritesNothing() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework first = connect(server);
        CuratorFramework second = connect(server)) {
      Store old = open(first);
      ClusterState state = commit(old, ClusterState.empty(), everything());
      Store leader = open(second);

      var late = old.commit(batch(state, List.of(new Change.RemoveApp(SHOP))));

      assertThat(late.toCompletableFuture()).failsWithin(Duration.ofSeconds(10));
      commit(leader, leader.load().state(), List.of(new Change.AddEvent(event(2))));
      assertThat(open(first).load().state().app(SHOP)).isPresent();
    }
  }

  @Test
  void manyBatchesOnTheirWayArriveInOrder() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework client = connect(server)) {
      Store store = open(client);
      ClusterState state = ClusterState.empty();
      var commits = new ArrayList<CompletableFuture<?>>();
      for (int number = 1; number <= 500; number++) {
        Batch batch = batch(state, List.of(placement(number, 1 + number % 200), added(number)));
        commits.add(store.commit(batch).toCompletableFuture());
        state = batch.after();
      }
      CompletableFuture.allOf(commits.toArray(CompletableFuture[]::new)).get(30, SECONDS);

      Store.Loaded loaded = open(client).load();

      assertThat(loaded.state()).isEqualTo(state);
      assertThat(loaded.history()).hasSize(500);
    }
  }

  @Test
  void aBrokenConnectionLosesNoBatchAndWritesNoneTwice() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework client = connect(server)) {
      Store store = open(client);
      long session = client.getZookeeperClient().getZooKeeper().getSessionId();
      ClusterState state = ClusterState.empty();
      var commits = new ArrayList<CompletableFuture<?>>();
      for (int number = 1; number <= 300; number++) {
        Batch batch = batch(state, List.of(placement(number, 1 + number % 200), added(number)));
        commits.add(store.commit(batch).toCompletableFuture());
        state = batch.after();
        if (number % 120 == 0) {
          server.disconnect(session);
        }
      }

      CompletableFuture.allOf(commits.toArray(CompletableFuture[]::new)).get(30, SECONDS);

      assertThat(open(client).load().state()).isEqualTo(state);
    }
  }

  @Test
  void aBrokenConnectionHidesNoLaterEpoch() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework first = connect(server);
        CuratorFramework second = connect(server)) {
      Store old = open(first);
      ClusterState state = commit(old, ClusterState.empty(), everything());
      Store leader = open(second);
      commit(leader, leader.load().state(), List.of(new Change.AddEvent(event(2))));

      server.disconnect(first.getZookeeperClient().getZooKeeper().getSessionId());
      var late = old.commit(batch(state, List.of(new Change.RemoveApp(SHOP))));

      assertThat(late.toCompletableFuture()).failsWithin(Duration.ofSeconds(10));
      assertThat(open(second).load().state().app(SHOP)).isPresent();
    }
  }

  @Test
  void aBatchLargerThanATransactionIsSplit() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework client = connect(server)) {
      Store store = open(client);
      var changes = new ArrayList<Change>();
      for (int number = 1; number <= 350; number++) {
        changes.add(
            new Change.PutApp(
                App.create(AppId.of("acme", "app-" + number), number + ".x", "debian-12", NOW)));
      }
      ClusterState written = commit(store, ClusterState.empty(), changes);

      assertThat(open(client).load().state()).isEqualTo(written);
    }
  }

  @Test
  void oldHistoryIsTrimmed() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework client = connect(server)) {
      Store store = open(client);
      var changes = new ArrayList<Change>();
      for (long number = 1; number <= 10_500; number++) {
        changes.add(added(number));
      }
      commit(store, ClusterState.empty(), changes);

      List<HistoryEvent> history = open(client).load().history();

      assertThat(history).hasSizeBetween(10_000, 10_100);
      assertThat(history.getLast().sequence()).isEqualTo(10_500);
    }
  }

  @Test
  void noneWithoutTheSecretReadsTheState() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework client = connect(server);
        CuratorFramework stranger =
            ZooKeeperConnection.open(
                server.connectString(), new ZooKeeperSecret("guess"), SESSION)) {
      commit(open(client), ClusterState.empty(), everything());

      assertThatThrownBy(() -> stranger.getData().forPath("/berth/apps/acme.shop"))
          .isInstanceOf(KeeperException.NoAuthException.class);
    }
  }

  @Test
  void dataOfAnotherFormatIsRefused() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework client = connect(server)) {
      open(client);
      client.setData().forPath("/berth/format", new byte[] {'9'});

      assertThatThrownBy(() -> open(client))
          .hasMessageContaining("has format 9, this scheduler reads format 1");
    }
  }

  @Test
  void oneDirectoryServesOneServer() throws Exception {
    try (var _ = EmbeddedZooKeeper.start(directory)) {
      assertThatThrownBy(() -> EmbeddedZooKeeper.start(directory))
          .hasMessageContaining("another scheduler uses this ZooKeeper directory");
    }
  }

  private CuratorFramework connect(EmbeddedZooKeeper server) {
    return ZooKeeperConnection.open(server.connectString(), ZooKeeperSecret.in(directory), SESSION);
  }

  private static Store open(CuratorFramework client) throws Exception {
    return ZooKeeperStore.open(client.getZookeeperClient().getZooKeeper(), "/berth");
  }

  private static ClusterState commit(Store store, ClusterState state, List<Change> changes)
      throws Exception {
    Batch batch = batch(state, changes);
    store.commit(batch).toCompletableFuture().get(10, SECONDS);
    return batch.after();
  }

  private static Batch batch(ClusterState state, List<Change> changes) {
    return new Batch(changes, state.after(changes));
  }

  private static Turnover turnover() {
    return new Turnover(
        new RolloutPolicy(
            Share.number(2),
            Share.percent(10),
            Duration.ofSeconds(3),
            Duration.ofSeconds(99),
            TreePVector.singleton(5).plus(25),
            Duration.ofSeconds(7),
            true,
            false),
        new Budget(
            12,
            Duration.ofHours(1),
            new Budget.Window(1320, 270),
            new Budget.Coordinator(
                new Webhook("http://a.example:81/x", Duration.ofMillis(700), "0123456789abcdef"),
                true)),
        new Deploy(1, 2, 3, new Deploy.Standing(Deploy.Phase.ROLLING, 1, NOW, true, "why")));
  }

  private static BaseLine base() {
    return new BaseLine(
        "debian-12",
        TreePVector.singleton(new BaseVersion(1, DIGEST, 5, NOW, "first", false, false)));
  }

  private static List<Change> everything() {
    var tenant =
        new Tenant(
            new TenantId("acme"),
            Quota.DEFAULT,
            new EgressPolicy(
                List.of(Ipv4Network.of("203.0.113.0/24")), List.of(Ipv4Network.of("0.0.0.0/0"))),
            "batch",
            DIGEST,
            3,
            NOW);
    var web = new ProcessType("web", "run $PORT", HealthCheck.STANDARD, 30_000);
    var release =
        new Release(
            new ReleaseId(SHOP, 1),
            new Release.Slug(DIGEST, 17),
            "debian-12",
            TreePMap.singleton("web", web),
            TreePMap.singleton("KEY", "() { :;}; echo x\n\"'"),
            new Release.Origin(NOW, "operator", "deploy"));
    var app =
        App.create(SHOP, "shop.acme.localhost", "debian-12", NOW)
            .withFormation(
                "web",
                new Formation(
                    2,
                    "small",
                    new Demands(
                        List.of(Requirement.of("zone in (a,b)"), Requirement.of("disk!=slow")),
                        true,
                        Priority.HIGH)))
            .withConfig(TreePMap.singleton("KEY", "value"))
            .withRelease(new App.CurrentRelease(1, 1, 1))
            .withRestarts(TreePMap.singleton("web.1", 2L))
            .with(turnover());
    var node =
        new KnownNode(
            new NodeId("node-1"),
            new Capacity(1, 2, 3, 4, 5),
            "x86_64",
            TreePMap.singleton("zone", "a"),
            "1",
            "crun",
            "boot",
            new NodePolicy(
                TreePMap.singleton("rack", "r1"),
                true,
                new NodePolicy.Drain(NOW, NOW.plusSeconds(60), "a new kernel")));
    return List.of(
        new Change.PutTenant(tenant),
        new Change.PutBase(base()),
        new Change.PutNode(node),
        new Change.PutRelease(release),
        new Change.PutApp(app),
        placement(1, 1),
        placement(2, 100),
        added(1));
  }

  private static Change placement(long id, int index) {
    return new Change.PutPlacement(
        new Placement(
            new PlacementId(id),
            InstanceId.of(SHOP, "web", index),
            new NodeId("node-1"),
            new Placement.Wanted(1, "debian-12", 1, "small", 0),
            id % 2 == 0 ? Placement.Intent.RUN : Placement.Intent.DRAINING,
            NOW));
  }

  private static Change added(long sequence) {
    return new Change.AddEvent(event(sequence));
  }

  private static HistoryEvent event(long sequence) {
    return new HistoryEvent(
        sequence,
        NOW,
        "instance.placed",
        HistoryEvent.Subject.of(InstanceId.of(SHOP, "web", 1), new NodeId("node-1")),
        "scheduler",
        "placed");
  }
}

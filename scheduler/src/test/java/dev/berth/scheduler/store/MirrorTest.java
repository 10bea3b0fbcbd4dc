package dev.berth.scheduler.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MirrorTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir static Path directory;
  private static EmbeddedZooKeeper server;
  private static List<CuratorFramework> clients;

  @BeforeAll
  static void start() throws Exception {
    server = EmbeddedZooKeeper.start(directory);
    clients = List.of(connect(), connect());
  }

  @AfterAll
  static void close() {
    clients.forEach(CuratorFramework::close);
    server.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whoTakesOverHasExactlyWhatWasCommittedAndTheOldLeaderWritesNoMore(long seed)
      throws Exception {
    var random = new Random(seed);
    String root = "/seed-" + seed;
    Store leader = ZooKeeperStore.open(session(0), root);
    for (int term = 1; term <= 8; term++) {
      ZooKeeper follower = session(term % 2);
      var mirror = new Mirror(follower, new Paths(root), _ -> {});
      mirror.start();
      var batches = new RandomBatches(random, leader.load().state());
      var committed = new ArrayList<CompletableFuture<?>>();
      var states = new ArrayList<>(List.of(batches.state()));
      for (int left = random.nextInt(60); left >= 0; left--) {
        var commit = leader.commit(batches.next()).toCompletableFuture();
        committed.add(commit);
        states.add(batches.state());
        if (random.nextInt(10) == 0) {
          commit.get();
        }
        if (seed % 4 == 0 && term == 4 && left == 10) { // to come back takes the client a second
          server.disconnect(follower.getSessionId());
          awaitConnection(follower);
        }
      }

      Store next = ZooKeeperStore.open(follower, new Paths(root), mirror, "");

      Store.Loaded fresh = new Loading(follower, new Paths(root)).load();
      assertThat(next.load().state()).isEqualTo(fresh.state());
      assertThat(next.load().history()).isEqualTo(fresh.history());
      assertThat(next.load().state()).isEqualTo(states.get(successes(committed)));
      assertThat(leader.commit(batches.next()).toCompletableFuture()).failsWithin(SOON);
      leader = next;
    }
  }

  @Test
  void aMirrorIsDoneWithItsSession() throws Exception {
    String root = "/expired";
    ZooKeeperStore.open(session(0), root);
    try (CuratorFramework client = connect()) {
      client.blockUntilConnected();
      ZooKeeper follower = client.getZookeeperClient().getZooKeeper();
      var mirror = new Mirror(follower, new Paths(root), _ -> {});
      mirror.start();

      server.expire(follower.getSessionId());

      for (int looks = 0; looks < 20_000 && !mirror.isOver(); looks++) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(mirror.isOver()).isTrue();
      assertThatThrownBy(() -> ZooKeeperStore.open(follower, new Paths(root), mirror, ""))
          .isInstanceOf(FencedException.class);
    }
  }

  /** The first to fail takes all that follow with it. */
  private static int successes(List<CompletableFuture<?>> commits) throws InterruptedException {
    int count = 0;
    boolean isOver = false;
    for (CompletableFuture<?> commit : commits) {
      try {
        commit.get();
        assertThat(isOver).as("a commit after one that failed").isFalse();
        count++;
      } catch (ExecutionException fenced) {
        isOver = true;
      }
    }
    return count;
  }

  private static void awaitConnection(ZooKeeper session) throws Exception {
    while (true) {
      try {
        var _ = session.exists("/", false);
        return;
      } catch (KeeperException.ConnectionLossException notYet) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  private static CuratorFramework connect() {
    return ZooKeeperConnection.open(
        server.connectString(), ZooKeeperSecret.in(directory), Duration.ofSeconds(10));
  }

  private static ZooKeeper session(int number) throws Exception {
    return clients.get(number).getZookeeperClient().getZooKeeper();
  }
}

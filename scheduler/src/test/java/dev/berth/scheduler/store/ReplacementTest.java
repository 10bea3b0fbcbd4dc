package dev.berth.scheduler.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.scheduler.state.ClusterState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stored state as a whole: put in another's place, cut short, of another form. */
@Timeout(60)
class ReplacementTest {
  private static final String ROOT = "/berth";

  @TempDir Path directory;
  private EmbeddedZooKeeper server;
  private CuratorFramework client;

  @BeforeEach
  void start() throws Exception {
    server = EmbeddedZooKeeper.start(directory);
    client =
        ZooKeeperConnection.open(
            server.connectString(), ZooKeeperSecret.in(directory), Duration.ofSeconds(10));
    assertThat(client.blockUntilConnected(10, SECONDS)).isTrue();
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void theNewStateIsWhatTheNextLeaderFindsAndTheOldLeaderWritesNothing() throws Exception {
    Store before = ZooKeeperStore.open(zooKeeper(), ROOT);
    Batch batch = new RandomBatches(new Random(1), ClusterState.empty()).next();
    before.commit(batch).toCompletableFuture().get(10, SECONDS);
    Store.Loaded wanted = StateImageTest.random(5, 80);

    long epoch = new Replacement(zooKeeper(), paths()).make(StateImage.of(wanted), 1_000_007);

    assertThat(epoch).isEqualTo(1_000_007);
    assertThat(before.commit(batch).toCompletableFuture()).failsWithin(Duration.ofSeconds(10));
    Store after = ZooKeeperStore.open(zooKeeper(), ROOT);
    assertThat(after.epoch()).isEqualTo(1_000_008);
    assertThat(after.load().state()).isEqualTo(wanted.state());
    assertThat(after.load().history()).isEqualTo(wanted.history());
  }

  @Test
  void whatOnlyALaterVersionKnowsComesThroughALeadersTermABackupAndARestore() throws Exception {
    ZooKeeperStore.open(zooKeeper(), ROOT);
    StateImage later = StateImageTest.ofALaterVersion(StateImageTest.random(5, 60));
    new Replacement(zooKeeper(), paths()).make(later, 9);
    Store leader = ZooKeeperStore.open(zooKeeper(), ROOT);
    Store.Loaded state = leader.load();
    Batch batch = new Batch(List.of(), state.state());
    leader.commit(batch).toCompletableFuture().get(10, SECONDS);

    StateImage backup = leader.image(state);
    new Replacement(zooKeeper(), paths()).make(backup, 99);

    assertThat(backup.contents()).isEqualTo(later.contents());
    Store after = ZooKeeperStore.open(zooKeeper(), ROOT);
    assertThat(after.image(after.load()).contents()).isEqualTo(later.contents());
  }

  @Test
  void anEpochThatWasReachedAlreadyIsNotGoneBackBehind() throws Exception {
    ZooKeeperStore.open(zooKeeper(), ROOT);
    ZooKeeperStore.open(zooKeeper(), ROOT);

    long epoch =
        new Replacement(zooKeeper(), paths()).make(StateImage.of(StateImageTest.random(1, 3)), 1);

    assertThat(epoch).isEqualTo(3);
  }

  @Test
  void ofAReplacementThatWasCutShortNothingIsLeft() throws Exception {
    ZooKeeperStore.open(zooKeeper(), ROOT);
    new Replacement(zooKeeper(), paths()).make(StateImage.of(StateImageTest.random(2, 60)), 9);
    format(Replacement.UNDER_WAY);

    assertThatThrownBy(() -> ZooKeeperStore.open(zooKeeper(), ROOT))
        .isInstanceOf(FencedException.class)
        .hasMessageContaining("a restore was cut short");

    Store after = ZooKeeperStore.open(zooKeeper(), ROOT);
    assertThat(after.epoch()).isGreaterThan(10);
    assertThat(after.load().history()).isEmpty();
    assertThat(after.load().state().apps()).isEmpty();
    assertThat(after.load().state().placements().byId()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2.0", "0.9", "two", "1.2.3", ""})
  void aFormThatIsNotUnderstoodIsRefusedAtTheStartAndAtTheTakeover(String format) throws Exception {
    ZooKeeperStore.open(zooKeeper(), ROOT);
    var following = new Following(client, paths());
    following.start();
    format(format);

    assertThatThrownBy(() -> ZooKeeperStore.lay(zooKeeper(), paths()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("format " + format);
    assertThatThrownBy(() -> following.takeOver("here:1"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("run the version of Berth that wrote it");
    assertThat(text("/berth/epoch")).isEqualTo("1");
    following.close();
  }

  @Test
  void anOlderFormIsRaisedAndANewerOneOfTheSameKindIsKept() throws Exception {
    ZooKeeperStore.open(zooKeeper(), ROOT);
    format("1");

    ZooKeeperStore.open(zooKeeper(), ROOT);
    assertThat(text("/berth/format")).isEqualTo(Format.CURRENT.toString());

    format("1.999");
    ZooKeeperStore.open(zooKeeper(), ROOT);
    assertThat(text("/berth/format")).isEqualTo("1.999");
  }

  private ZooKeeper zooKeeper() throws Exception {
    return client.getZookeeperClient().getZooKeeper();
  }

  private static Paths paths() {
    return new Paths(ROOT);
  }

  private void format(String text) throws Exception {
    client.setData().forPath("/berth/format", text.getBytes(StandardCharsets.UTF_8));
  }

  private String text(String path) throws Exception {
    return new String(client.getData().forPath(path), StandardCharsets.UTF_8);
  }
}

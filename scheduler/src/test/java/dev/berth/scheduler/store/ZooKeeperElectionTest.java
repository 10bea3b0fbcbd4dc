package dev.berth.scheduler.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30) // less than the session
class ZooKeeperElectionTest {
  private static final Duration SESSION = Duration.ofSeconds(40);

  @TempDir Path directory;

  @Test
  void aRestartedSchedulerDoesNotWaitForTheSessionOfItsEarlierProcess() throws Exception {
    try (var server = EmbeddedZooKeeper.start(directory);
        CuratorFramework killed = connect(server);
        CuratorFramework restarted = connect(server)) {
      var earlier = new ZooKeeperElection(killed, "/berth", () -> "10.0.0.1:7100");
      var later = new ZooKeeperElection(restarted, "/berth", () -> "10.0.0.1:7100");
      Store first = earlier.await().open();

      Store second = later.await().open();

      assertThat(second.epoch()).isEqualTo(first.epoch() + 1);
      earlier.close();
      later.close();
    }
  }

  private CuratorFramework connect(EmbeddedZooKeeper server) {
    return ZooKeeperConnection.open(server.connectString(), ZooKeeperSecret.in(directory), SESSION);
  }
}

package dev.berth.scheduler.store;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.utils.CloseableUtils;
import org.apache.zookeeper.ZooKeeper;

/**
 * Election by Curator's latch.
 *
 * <p>The latch only says who should lead, so that two do not keep deposing each other; that none
 * but the newest leader writes is the epoch's doing. Thread-safe.
 */
public final class ZooKeeperElection implements Election {
  private final CuratorFramework client;
  private final String root;
  private final String name;

  public ZooKeeperElection(CuratorFramework client, String root, String name) {
    this.client = client;
    this.root = root;
    this.name = name;
  }

  /**
   * Removes the candidates of earlier processes, whose sessions have not run out yet. Only for a
   * ZooKeeper that nobody else can be using: its directory is locked by this process.
   */
  public void forgetEarlierCandidates() {
    String path = new Paths(root).election();
    try {
      if (client.checkExists().forPath(path) != null) {
        for (String child : client.getChildren().forPath(path)) {
          client.delete().quietly().forPath(path + "/" + child);
        }
      }
    } catch (Exception failure) {
      throw new IllegalStateException("the election under " + path + " is not legible", failure);
    }
  }

  @Override
  public Office await() throws InterruptedException {
    var latch = new LeaderLatch(client, new Paths(root).election(), name);
    try {
      latch.start();
      latch.await();
      return new LatchOffice(latch);
    } catch (InterruptedException stopped) {
      CloseableUtils.closeQuietly(latch);
      throw stopped;
    } catch (Exception failure) {
      CloseableUtils.closeQuietly(latch);
      throw new IllegalStateException("cannot take part in the election under " + root, failure);
    }
  }

  private final class LatchOffice implements Office {
    private final LeaderLatch latch;

    LatchOffice(LeaderLatch latch) {
      this.latch = latch;
    }

    @Override
    public Store open() throws InterruptedException {
      ZooKeeper zooKeeper;
      try {
        zooKeeper = client.getZookeeperClient().getZooKeeper();
      } catch (InterruptedException stopped) {
        throw stopped;
      } catch (Exception failure) {
        throw new FencedException("there is no session with ZooKeeper", failure);
      }
      return ZooKeeperStore.open(zooKeeper, root);
    }

    @Override
    public void whenLost(Runnable callback) {
      var once = new AtomicBoolean();
      Runnable first =
          () -> {
            if (once.compareAndSet(false, true)) {
              callback.run();
            }
          };
      latch.addListener(
          new LeaderLatchListener() {
            @Override
            public void isLeader() {}

            @Override
            public void notLeader() {
              first.run();
            }
          });
      if (!latch.hasLeadership()) {
        first.run();
      }
    }

    @Override
    public void close() {
      CloseableUtils.closeQuietly(latch);
    }
  }
}

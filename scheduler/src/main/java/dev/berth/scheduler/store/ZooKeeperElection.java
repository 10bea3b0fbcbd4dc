package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredLeader;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.utils.CloseableUtils;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Election by Curator's latch, with the state kept warm while another leads.
 *
 * <p>The latch only says who should lead, so that two do not keep deposing each other; that none
 * but the newest leader writes is the epoch's doing. Thread-safe.
 */
public final class ZooKeeperElection implements Election, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ZooKeeperElection.class);

  private final CuratorFramework client;
  private final Paths paths;
  private final Supplier<String> address;
  private final Following following;
  private boolean isFirst = true; // of the thread that stands

  /** The address, host:port, is where others reach this process while it leads. */
  public ZooKeeperElection(CuratorFramework client, String root, Supplier<String> address) {
    this.client = client;
    this.paths = new Paths(root);
    this.address = address;
    this.following = new Following(client, paths);
  }

  /**
   * Removes the candidates of earlier processes, whose sessions have not run out yet. Only for a
   * ZooKeeper that nobody else can be using: its directory is locked by this process.
   */
  public void forgetEarlierCandidates() {
    String path = paths.election();
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
    following.start();
    var latch = new LeaderLatch(client, paths.election(), address.get());
    try (var _ = new Lookout(this::another, this::forget)) {
      if (isFirst) {
        isFirst = false;
        forgetSelf();
      }
      latch.start();
      latch.await();
      return new LatchOffice(latch);
    } catch (InterruptedException stopped) {
      CloseableUtils.closeQuietly(latch);
      throw stopped;
    } catch (Exception failure) {
      CloseableUtils.closeQuietly(latch);
      throw new IllegalStateException(
          "cannot take part in the election under " + paths.root(), failure);
    }
  }

  @Override
  public Optional<String> leaderAddress() {
    return another().map(StoredLeader::getAddress);
  }

  private Optional<StoredLeader> another() {
    return following.leader().filter(it -> !it.getAddress().equals(address.get()));
  }

  /** An earlier process led from our address, where we are now: it is gone. */
  private void forgetSelf() throws Exception {
    if (client.checkExists().forPath(paths.leader()) != null) {
      StoredLeader last = StoredLeader.parseFrom(client.getData().forPath(paths.leader()));
      if (last.getAddress().equals(address.get())) {
        forget(last);
      }
    }
  }

  /** Removes its candidacy, which would else stay until its session has run out. */
  private void forget(StoredLeader gone) {
    String path = paths.election();
    try {
      if (client.checkExists().forPath(path) == null) {
        return;
      }
      for (String child : client.getChildren().forPath(path)) {
        Stat stat = client.checkExists().forPath(path + "/" + child);
        if (stat != null && stat.getEphemeralOwner() == gone.getSession()) {
          client.delete().quietly().forPath(path + "/" + child);
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (Exception failure) {
      log.warn("the candidacy of {} could not be removed", gone.getAddress(), failure);
    }
  }

  @Override
  public void close() {
    following.close();
  }

  private final class LatchOffice implements Office {
    private final LeaderLatch latch;
    private final CompletableFuture<String> lost = new CompletableFuture<>();

    LatchOffice(LeaderLatch latch) {
      this.latch = latch;
    }

    @Override
    public Store open() throws InterruptedException {
      ZooKeeperStore store = following.takeOver(address.get());
      var _ = store.deposed().thenAccept(lost::complete);
      return store;
    }

    @Override
    public long replace(StateImage state, long epoch) throws InterruptedException {
      return following.replace(state, epoch);
    }

    @Override
    public void whenLost(Runnable callback) {
      var _ = lost.thenRun(callback);
      latch.addListener(
          new LeaderLatchListener() {
            @Override
            public void isLeader() {}

            @Override
            public void notLeader() {
              lost.complete("the session with ZooKeeper was lost");
            }
          });
      if (!latch.hasLeadership()) {
        lost.complete("the session with ZooKeeper was lost");
      }
    }

    @Override
    public void close() {
      CloseableUtils.closeQuietly(latch);
    }
  }
}

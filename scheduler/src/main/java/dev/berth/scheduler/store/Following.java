package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredLeader;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a mirror of the state while this process does not lead, across sessions.
 *
 * <p>A mirror whose session is lost is thrown away and another begun: a doubt costs time, never
 * correctness. Thread-safe.
 */
final class Following implements AutoCloseable {
  private final CuratorFramework client;
  private final Paths paths;
  private final ConnectionStateListener listener = (_, state) -> connection(state);
  private @Nullable Mirror mirror;
  private boolean isWanted;
  private volatile StoredLeader leader = StoredLeader.getDefaultInstance();

  Following(CuratorFramework client, Paths paths) {
    this.client = client;
    this.paths = paths;
    client.getConnectionStateListenable().addListener(listener);
  }

  /** Begins, or goes on; returns at once and waits for no connection. */
  synchronized void start() {
    isWanted = true;
    if (client.getZookeeperClient().isConnected()) {
      ensure();
    }
  }

  /** Begins the next epoch, led from the address, and ends the following. */
  ZooKeeperStore takeOver(String address) throws InterruptedException {
    ZooKeeper session = session();
    Mirror taken;
    synchronized (this) {
      taken = mirrorOf(session);
      mirror = null;
      isWanted = false;
    }
    return ZooKeeperStore.open(session, paths, taken, address);
  }

  /** Nobody follows meanwhile; a mirror begun later sees the new state. */
  long replace(StateImage state, long epoch) throws InterruptedException {
    return new Replacement(session(), paths).make(state, epoch);
  }

  /** Who leads, as far as was heard: nobody is named before anything was read. */
  Optional<StoredLeader> leader() {
    return Optional.of(leader).filter(it -> !it.getAddress().isEmpty());
  }

  @Override
  public synchronized void close() {
    client.getConnectionStateListenable().removeListener(listener);
    isWanted = false;
    if (mirror != null) {
      mirror.close();
      mirror = null;
    }
  }

  private synchronized void connection(ConnectionState state) {
    switch (state) {
      case CONNECTED, RECONNECTED -> {
        if (isWanted) {
          ensure();
        }
      }
      case SUSPENDED, LOST, READ_ONLY -> {}
    }
  }

  private void ensure() {
    try {
      var _ = mirrorOf(session());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (FencedException _) {
      // Without a connection; the listener is told of the next one.
    }
  }

  private ZooKeeper session() throws InterruptedException {
    try {
      return client.getZookeeperClient().getZooKeeper();
    } catch (InterruptedException stopped) {
      throw stopped;
    } catch (Exception failure) {
      throw new FencedException("there is no session with ZooKeeper", failure);
    }
  }

  private synchronized Mirror mirrorOf(ZooKeeper session) throws InterruptedException {
    Mirror now = mirror;
    if (now != null && now.isOf(session) && !now.isOver()) {
      return now;
    }
    if (now != null) {
      now.close();
    }
    ZooKeeperStore.lay(session, paths);
    Mirror begun = new Mirror(session, paths, heard -> leader = heard);
    begun.start();
    mirror = begun;
    return begun;
  }
}

package dev.berth.scheduler.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.ServerCnxn;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;

/**
 * A real ZooKeeper server inside this process, for clusters with one scheduler.
 *
 * <p>Listens on loopback only, forces every write to disk, and holds a lock on its directory: no
 * second server ever uses the same data. Thread-safe.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {
  private static final int TICK_MILLIS = 2000;
  private static final int MAX_CONNECTIONS = 60;
  private static final int SNAPSHOTS_KEPT = 3;
  private static final int PURGE_HOURS = 1;

  private final FileChannel lock;
  private final ZooKeeperServer server;
  private final ServerCnxnFactory connections;
  private final DatadirCleanupManager purge;

  private EmbeddedZooKeeper(
      FileChannel lock,
      ZooKeeperServer server,
      ServerCnxnFactory connections,
      DatadirCleanupManager purge) {
    this.lock = lock;
    this.server = server;
    this.connections = connections;
    this.purge = purge;
  }

  public static EmbeddedZooKeeper start(Path directory) throws IOException, InterruptedException {
    tune();
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    FileChannel lock = lock(directory);
    try {
      Path data = directory.resolve("data");
      var log = new FileTxnSnapLog(data.toFile(), data.toFile());
      var server = new ZooKeeperServer(log, TICK_MILLIS, "");
      var connections =
          ServerCnxnFactory.createFactory(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MAX_CONNECTIONS);
      connections.startup(server);
      var purge =
          new DatadirCleanupManager(data.toFile(), data.toFile(), SNAPSHOTS_KEPT, PURGE_HOURS);
      purge.start();
      return new EmbeddedZooKeeper(lock, server, connections, purge);
    } catch (IOException | InterruptedException | RuntimeException failure) {
      lock.close();
      throw failure;
    }
  }

  /** ZooKeeper reads these from the system's properties, once. */
  private static void tune() {
    System.setProperty("zookeeper.forceSync", "yes");
    System.setProperty("zookeeper.admin.enableServer", "false");
    System.setProperty("zookeeper.jmx.log4j.disable", "true");
    System.setProperty("zookeeper.preAllocSize", "4096");
    System.setProperty("zookeeper.snapCount", "20000");
    System.setProperty("zookeeper.4lw.commands.whitelist", "ruok");
    System.setProperty("jute.maxbuffer", Integer.toString(16 * 1024 * 1024));
  }

  @SuppressWarnings("resource") // the channel is kept open for as long as the lock is wanted
  private static FileChannel lock(Path directory) throws IOException {
    Path file = directory.resolve("lock");
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException _) {
      // Held by this very process.
    }
    channel.close();
    throw new IOException(
        file + " is locked: another scheduler uses this ZooKeeper directory; stop it first");
  }

  public String connectString() {
    return "127.0.0.1:" + connections.getLocalPort();
  }

  /** Ends a session as if its client had been silent for too long. */
  void expire(long session) {
    server.closeSession(session);
  }

  /** Breaks a session's connection; the session goes on. */
  void disconnect(long session) {
    connections.closeSession(session, ServerCnxn.DisconnectReason.CLOSE_CONNECTION_COMMAND);
  }

  @Override
  public void close() {
    purge.shutdown();
    connections.shutdown();
    try {
      lock.close();
    } catch (IOException failure) {
      throw new UncheckedIOException("the ZooKeeper directory's lock cannot be let go", failure);
    }
  }
}

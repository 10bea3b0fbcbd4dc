package dev.berth.scheduler.store;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Makes the znodes that everything else stands on, once, and refuses data of another format. */
final class Foundation {
  private final ZooKeeper zooKeeper;
  private final Paths paths;
  private final int format;

  Foundation(ZooKeeper zooKeeper, Paths paths, int format) {
    this.zooKeeper = zooKeeper;
    this.paths = paths;
    this.format = format;
  }

  /** May be cut short anywhere and done again. */
  void lay() throws KeeperException, InterruptedException {
    make(paths.root(), new byte[0]);
    make(paths.format(), text(format));
    byte[] stored = zooKeeper.getData(paths.format(), false, new Stat());
    if (!Arrays.equals(stored, text(format))) {
      throw new IllegalStateException(
          "the data in ZooKeeper has format %s, this scheduler reads format %d; run the version of"
                  .formatted(new String(stored, StandardCharsets.UTF_8), format)
              + " Berth that wrote it");
    }
    for (String directory : Paths.DIRECTORIES) {
      make(paths.directory(directory), new byte[0]);
    }
    make(paths.counters(), new byte[0]);
    make(paths.leader(), new byte[0]);
    make(paths.epoch(), text(0));
  }

  private void make(String path, byte[] data) throws KeeperException, InterruptedException {
    if (zooKeeper.exists(path, false) == null) {
      try {
        zooKeeper.create(path, data, ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
      } catch (KeeperException.NodeExistsException _) {
        // Another scheduler starts at the same time.
      }
    }
  }

  private static byte[] text(int number) {
    return Integer.toString(number).getBytes(StandardCharsets.UTF_8);
  }
}

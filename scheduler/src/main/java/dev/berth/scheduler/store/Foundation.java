package dev.berth.scheduler.store;

import java.nio.charset.StandardCharsets;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Makes the znodes that everything else stands on, once, and refuses data of another format. */
final class Foundation {
  private final ZooKeeper zooKeeper;
  private final Paths paths;

  Foundation(ZooKeeper zooKeeper, Paths paths) {
    this.zooKeeper = zooKeeper;
    this.paths = paths;
  }

  /** May be cut short anywhere and done again. */
  void lay() throws KeeperException, InterruptedException {
    make(paths.root(), new byte[0]);
    make(paths.format(), text(Format.CURRENT));
    String stored = format();
    if (!stored.equals(Replacement.UNDER_WAY)) {
      var _ = legible(stored);
    }
    for (String directory : Paths.DIRECTORIES) {
      make(paths.directory(directory), new byte[0]);
    }
    make(paths.counters(), new byte[0]);
    make(paths.leader(), new byte[0]);
    make(paths.epoch(), text("0"));
  }

  /** What the stored state says of its form. */
  String format() throws KeeperException, InterruptedException {
    return new String(zooKeeper.getData(paths.format(), false, new Stat()), StandardCharsets.UTF_8);
  }

  /** A form that this scheduler may lead with; of another it ends and says why. */
  static Format legible(String stored) {
    Format format;
    try {
      format = Format.of(stored);
    } catch (IllegalArgumentException unknown) {
      throw new IllegalStateException(refusal(stored), unknown);
    }
    if (!format.isLegible()) {
      throw new IllegalStateException(refusal(stored));
    }
    return format;
  }

  private static String refusal(String stored) {
    return "the data in ZooKeeper has format %s, this scheduler reads format %d.x; run the version of"
            .formatted(stored, Format.CURRENT.major())
        + " Berth that wrote it";
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

  private static byte[] text(Object words) {
    return words.toString().getBytes(StandardCharsets.UTF_8);
  }
}

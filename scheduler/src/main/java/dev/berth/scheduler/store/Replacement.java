package dev.berth.scheduler.store;

import com.google.protobuf.ByteString;
import dev.berth.proto.stored.v1.StoredLeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * Puts another state in the place of the stored one.
 *
 * <p>Begins an epoch of its own, which fences everybody else out, and marks the format first and
 * last: a replacement that was cut short is seen by the next leader, which removes what there is of
 * it. So there is the old state, or the new one, or none; never some of both.
 */
final class Replacement {
  /** What the format says meanwhile. */
  static final String UNDER_WAY = "being replaced";

  private static final int MAX_OPERATIONS = 100;
  private static final int MAX_BYTES = 512 * 1024;

  private final ZooKeeper zooKeeper;
  private final Paths paths;
  private int epochVersion;

  Replacement(ZooKeeper zooKeeper, Paths paths) {
    this.zooKeeper = zooKeeper;
    this.paths = paths;
  }

  /** Returns the epoch, at least the one asked for; whoever leads next begins a later one. */
  long make(StateImage image, long atLeast) throws InterruptedException {
    try {
      long epoch = begin(atLeast);
      Map<String, ByteString> entries = image.entries();
      write(entries, removeAllBut(entries));
      end(image.counters());
      return epoch;
    } catch (KeeperException failure) {
      throw new FencedException(
          "the state could not be replaced; what was written of it is removed by the next leader",
          failure);
    }
  }

  /** Removes what a replacement that was cut short has left: then there is no state at all. */
  void clear() throws InterruptedException {
    try {
      begin(0);
      var _ = removeAllBut(Map.of());
      byte[] counters = zooKeeper.getData(paths.counters(), false, new Stat());
      end(counters);
    } catch (KeeperException failure) {
      throw new FencedException("the remains of a restore could not be removed", failure);
    }
  }

  private long begin(long atLeast) throws KeeperException, InterruptedException {
    var stat = new Stat();
    byte[] data = zooKeeper.getData(paths.epoch(), false, stat);
    long epoch = Math.max(atLeast, Long.parseLong(new String(data, StandardCharsets.UTF_8)) + 1);
    var nobody =
        StoredLeader.newBuilder().setEpoch(epoch).setSession(zooKeeper.getSessionId()).build();
    zooKeeper.multi(
        List.of(
            Op.setData(paths.epoch(), bytes(Long.toString(epoch)), stat.getVersion()),
            Op.setData(paths.leader(), nobody.toByteArray(), -1),
            Op.setData(paths.format(), bytes(UNDER_WAY), -1)));
    epochVersion = stat.getVersion() + 1;
    return epoch;
  }

  /** Returns what is still there. */
  private Set<String> removeAllBut(Map<String, ByteString> kept)
      throws KeeperException, InterruptedException {
    var there = new HashSet<String>();
    var part = new ArrayList<Op>();
    for (String directory : Paths.DIRECTORIES) {
      for (String name : zooKeeper.getChildren(paths.directory(directory), false)) {
        String path = directory + "/" + name;
        if (kept.containsKey(path)) {
          there.add(path);
        } else {
          part.add(Op.delete(paths.directory(path), -1));
          flushAt(MAX_OPERATIONS, part);
        }
      }
    }
    flushAt(1, part);
    return there;
  }

  private void write(Map<String, ByteString> entries, Set<String> there)
      throws KeeperException, InterruptedException {
    var part = new ArrayList<Op>();
    int bytes = 0;
    for (Map.Entry<String, ByteString> entry : entries.entrySet()) {
      String path = paths.directory(entry.getKey());
      byte[] data = entry.getValue().toByteArray();
      if (bytes + data.length > MAX_BYTES) {
        flushAt(1, part);
        bytes = 0;
      }
      part.add(
          there.contains(entry.getKey())
              ? Op.setData(path, data, -1)
              : Op.create(path, data, ZooDefs.Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
      bytes += data.length;
      flushAt(MAX_OPERATIONS, part);
    }
    flushAt(1, part);
  }

  private void flushAt(int size, List<Op> part) throws KeeperException, InterruptedException {
    if (part.size() >= size) {
      part.addFirst(Op.check(paths.epoch(), epochVersion));
      zooKeeper.multi(part);
      part.clear();
    }
  }

  private void end(byte[] counters) throws KeeperException, InterruptedException {
    zooKeeper.multi(
        List.of(
            Op.check(paths.epoch(), epochVersion),
            Op.setData(paths.counters(), counters, -1),
            Op.setData(paths.format(), bytes(Format.CURRENT.toString()), -1)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

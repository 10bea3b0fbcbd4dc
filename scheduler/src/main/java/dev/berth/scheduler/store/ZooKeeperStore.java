package dev.berth.scheduler.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the state in ZooKeeper, fenced by the epoch.
 *
 * <p>Every transaction checks that the epoch is still ours and that the transaction before it was
 * the last one written: a deposed leader writes nothing, and what fails takes all that follows with
 * it. Nothing is retried; a failure means that the term is over. Confined to the control loop.
 */
public final class ZooKeeperStore implements Store {
  private static final int FORMAT = 1;
  private static final int MAX_OPERATIONS = 100;
  private static final int MAX_BYTES = 512 * 1024;

  private final ZooKeeper zooKeeper;
  private final Paths paths;
  private final long epoch;
  private final int epochVersion;
  private final Loaded loaded;
  private final Writes writes;
  private int countersVersion;

  private ZooKeeperStore(ZooKeeper zooKeeper, Paths paths, long epoch, int epochVersion)
      throws KeeperException, InterruptedException, IOException {
    this.zooKeeper = zooKeeper;
    this.paths = paths;
    this.epoch = epoch;
    this.epochVersion = epochVersion;
    var loading = new Loading(zooKeeper, paths);
    this.loaded = loading.load();
    this.writes = new Writes(paths, loading.existing(), loaded.history());
    var stat = new Stat();
    zooKeeper.getData(paths.counters(), false, stat);
    this.countersVersion = stat.getVersion();
  }

  /** Begins the next epoch, which ends every earlier one, and reads what those have left. */
  public static ZooKeeperStore open(ZooKeeper zooKeeper, String root) throws InterruptedException {
    var paths = new Paths(root);
    try {
      new Foundation(zooKeeper, paths, FORMAT).lay();
      var stat = new Stat();
      byte[] data = zooKeeper.getData(paths.epoch(), false, stat);
      long epoch = Long.parseLong(new String(data, StandardCharsets.UTF_8)) + 1;
      byte[] next = Long.toString(epoch).getBytes(StandardCharsets.UTF_8);
      int version = zooKeeper.setData(paths.epoch(), next, stat.getVersion()).getVersion();
      return new ZooKeeperStore(zooKeeper, paths, epoch, version);
    } catch (KeeperException failure) {
      throw new FencedException("the next epoch could not be begun under " + root, failure);
    } catch (IOException failure) {
      throw new UncheckedIOException("the stored state under " + root + " is not legible", failure);
    }
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public Loaded load() {
    return loaded;
  }

  @Override
  public CompletionStage<@Nullable Void> commit(Batch batch) {
    byte[] counters = Encoding.counters(batch.after().counters()).toByteArray();
    CompletableFuture<@Nullable Void> last = CompletableFuture.completedFuture(null);
    var part = new ArrayList<Op>();
    int bytes = 0;
    for (Writes.Write write : writes.of(batch)) {
      boolean isFull = part.size() >= MAX_OPERATIONS || bytes + write.bytes() > MAX_BYTES;
      if (isFull && !part.isEmpty()) {
        last = last.thenCombine(send(part, counters), (_, _) -> null);
        part.clear();
        bytes = 0;
      }
      part.add(write.operation());
      bytes += write.bytes();
    }
    return last.thenCombine(send(part, counters), (_, _) -> null);
  }

  private CompletableFuture<@Nullable Void> send(List<Op> part, byte[] counters) {
    var operations = new ArrayList<Op>();
    operations.add(Op.check(paths.epoch(), epochVersion));
    operations.add(Op.setData(paths.counters(), counters, countersVersion));
    operations.addAll(part);
    countersVersion++;
    var sent = new CompletableFuture<@Nullable Void>();
    zooKeeper.multi(
        operations,
        (code, _, _, _) -> {
          if (code == KeeperException.Code.OK.intValue()) {
            sent.complete(null);
          } else {
            var cause = KeeperException.create(KeeperException.Code.get(code));
            sent.completeExceptionally(
                new FencedException("epoch " + epoch + " can write no more", cause));
          }
        },
        null);
    return sent;
  }
}

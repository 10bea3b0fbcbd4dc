package dev.berth.scheduler.store;

import com.google.protobuf.Message;
import dev.berth.proto.stored.v1.StoredLeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the state in ZooKeeper, fenced by the epoch.
 *
 * <p>Every transaction checks that the epoch is still ours and that the transaction before it was
 * the last one written: a deposed leader writes nothing, and what fails takes all that follows with
 * it. A broken connection is survived, a lost session ends the term. Confined to the control loop.
 */
public final class ZooKeeperStore implements Store {
  private static final int MAX_OPERATIONS = 100;
  private static final long RETRY_MILLIS = 20;
  private static final int MAX_BYTES = 512 * 1024;

  private final ZooKeeper zooKeeper;
  private final Paths paths;
  private final long epoch;
  private final int epochVersion;
  private final Loaded loaded;
  private final Writes writes;
  private final Commits commits;

  private ZooKeeperStore(
      ZooKeeper zooKeeper, Paths paths, Beginning beginning, Mirror.Handover found) {
    this.zooKeeper = zooKeeper;
    this.paths = paths;
    this.epoch = beginning.epoch;
    this.epochVersion = beginning.version;
    this.loaded = found.contents().loaded();
    this.writes =
        new Writes(
            paths, found.contents().existing(), loaded.history(), found.contents().foreign());
    this.commits = new Commits(zooKeeper, paths, epoch, epochVersion, found.countersVersion());
  }

  /** Which epoch is begun, and the version that its znode gets. */
  private record Beginning(long epoch, int version) {}

  /** Begins the next epoch, which ends every earlier one, and reads what those have left. */
  public static ZooKeeperStore open(ZooKeeper zooKeeper, String root) throws InterruptedException {
    var paths = new Paths(root);
    lay(zooKeeper, paths);
    var mirror = new Mirror(zooKeeper, paths, _ -> {});
    mirror.start();
    return open(zooKeeper, paths, mirror, "");
  }

  static void lay(ZooKeeper zooKeeper, Paths paths) throws InterruptedException {
    try {
      new Foundation(zooKeeper, paths).lay();
    } catch (KeeperException.NoAuthException stranger) {
      throw new IllegalStateException(
          "the znodes under %s were made with another secret; copy the file \"secret\" from the"
                  .formatted(paths.root())
              + " zookeeper.directory of the scheduler that made them",
          stranger);
    } catch (KeeperException failure) {
      throw new FencedException("the state under " + paths.root() + " cannot be made", failure);
    }
  }

  /** Begins the next epoch with what the mirror has; it is of the same session. */
  static ZooKeeperStore open(ZooKeeper zooKeeper, Paths paths, Mirror mirror, String address)
      throws InterruptedException {
    try {
      var stat = new Stat();
      byte[] data = epoch(zooKeeper, paths, stat);
      long epoch = Long.parseLong(new String(data, StandardCharsets.UTF_8)) + 1;
      var leader =
          StoredLeader.newBuilder()
              .setEpoch(epoch)
              .setAddress(address)
              .setSession(zooKeeper.getSessionId())
              .build();
      byte[] next = Long.toString(epoch).getBytes(StandardCharsets.UTF_8);
      Op format = format(zooKeeper, paths); // read after the epoch: who changes it begins another
      Mirror.Handover found =
          await(
              mirror.takeOver(
                  List.of(
                      Op.setData(paths.epoch(), next, stat.getVersion()),
                      Op.setData(paths.leader(), leader.toByteArray(), -1),
                      format)));
      return new ZooKeeperStore(
          zooKeeper, paths, new Beginning(epoch, stat.getVersion() + 1), found);
    } catch (KeeperException failure) {
      throw new FencedException("the next epoch could not be begun under " + paths.root(), failure);
    }
  }

  /** That the state has a form that this scheduler understands, and says which; or the refusal. */
  private static Op format(ZooKeeper zooKeeper, Paths paths)
      throws KeeperException, InterruptedException {
    String stored = new Foundation(zooKeeper, paths).format();
    if (stored.equals(Replacement.UNDER_WAY)) {
      new Replacement(zooKeeper, paths).clear();
      throw new FencedException(
          "a restore was cut short; there is no state until it is done again",
          new IllegalStateException("the format was: " + stored));
    }
    Format format = Foundation.legible(stored);
    Format after = format.isOlder(Format.CURRENT) ? Format.CURRENT : format;
    return Op.setData(paths.format(), after.toString().getBytes(StandardCharsets.UTF_8), -1);
  }

  /** Read again when the connection breaks; the session decides how long. */
  private static byte[] epoch(ZooKeeper zooKeeper, Paths paths, Stat stat)
      throws KeeperException, InterruptedException {
    while (true) {
      try {
        return zooKeeper.getData(paths.epoch(), false, stat);
      } catch (KeeperException.ConnectionLossException _) {
        Thread.sleep(RETRY_MILLIS);
      }
    }
  }

  private static Mirror.Handover await(CompletableFuture<Mirror.Handover> handover)
      throws InterruptedException {
    try {
      return handover.get();
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof FencedException fenced
          ? new FencedException(String.valueOf(fenced.getMessage()), fenced)
          : new IllegalStateException(failure.getCause());
    }
  }

  /** Completes when another epoch begins or the session ends: whoever writes nothing hears too. */
  CompletionStage<String> deposed() {
    var deposed = new CompletableFuture<String>();
    watchEpoch(deposed);
    return deposed;
  }

  private void watchEpoch(CompletableFuture<String> deposed) {
    zooKeeper.getData(
        paths.epoch(),
        event -> {
          switch (event.getState()) {
            case Expired, Closed, AuthFailed -> deposed.complete("the session is over");
            case Disconnected,
                SyncConnected,
                ConnectedReadOnly,
                SaslAuthenticated,
                Unknown,
                NoSyncConnected -> {
              if (event.getType() != EventType.None) {
                deposed.complete("another scheduler has begun a later epoch");
              }
            }
          }
        },
        (code, _, _, _, stat) -> {
          if (code == KeeperException.Code.CONNECTIONLOSS.intValue()) {
            watchEpoch(deposed); // waits in the client until there is a connection
          } else if (code != KeeperException.Code.OK.intValue()
              || stat.getVersion() != epochVersion) {
            deposed.complete("another scheduler has begun a later epoch");
          }
        },
        null);
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
  public StateImage image(Loaded state) {
    var foreign = new HashMap<String, Message>();
    writes.foreign().forEach((path, message) -> foreign.put(paths.below(path), message));
    return StateImage.of(state, foreign);
  }

  @Override
  public CompletionStage<@Nullable Void> commit(Batch batch) {
    byte[] counters = writes.counters(batch.after().counters());
    CompletableFuture<@Nullable Void> last = CompletableFuture.completedFuture(null);
    var part = new ArrayList<Op>();
    int bytes = 0;
    for (List<Writes.Write> together : groups(writes.of(batch))) {
      int more = together.stream().mapToInt(Writes.Write::bytes).sum();
      boolean isFull = part.size() + together.size() > MAX_OPERATIONS || bytes + more > MAX_BYTES;
      if (isFull && !part.isEmpty()) {
        last = last.thenCombine(commits.send(part, counters), (_, _) -> null);
        part.clear();
        bytes = 0;
      }
      together.forEach(write -> part.add(write.operation()));
      bytes += more;
    }
    return last.thenCombine(commits.send(part, counters), (_, _) -> null);
  }

  /** Each is written as a whole: a command's effect and that it was accepted. */
  private static List<List<Writes.Write>> groups(List<Writes.Write> writes) {
    var groups = new ArrayList<List<Writes.Write>>();
    for (Writes.Write write : writes) {
      if (groups.isEmpty() || !write.isGlued()) {
        groups.add(new ArrayList<>());
      }
      groups.getLast().add(write);
    }
    return groups;
  }
}

package dev.berth.scheduler.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooKeeper;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of one epoch, in order, and what came of each.
 *
 * <p>Each checks the epoch and raises the version of the counters by one. When the connection
 * breaks, that version tells which of those on their way were written, as long as the epoch is
 * still ours; the others are sent again in their order. One that is sent twice cannot be written
 * twice. A refusal or the end of the session fails all that are left and all that follow.
 * Thread-safe.
 */
final class Commits {
  private final ZooKeeper zooKeeper;
  private final Paths paths;
  private final long epoch;
  private final int epochVersion;
  private final Deque<Part> onTheirWay = new ArrayDeque<>();
  private int next;
  private boolean isBroken;
  private @Nullable FencedException end;

  /** One transaction, and the version of the counters that it expects. */
  private record Part(List<Op> operations, int version, CompletableFuture<@Nullable Void> done) {}

  Commits(ZooKeeper zooKeeper, Paths paths, long epoch, int epochVersion, int countersVersion) {
    this.zooKeeper = zooKeeper;
    this.paths = paths;
    this.epoch = epoch;
    this.epochVersion = epochVersion;
    this.next = countersVersion;
  }

  synchronized CompletableFuture<@Nullable Void> send(List<Op> content, byte[] counters) {
    if (end != null) {
      return CompletableFuture.failedFuture(end);
    }
    var operations = new ArrayList<Op>();
    operations.add(Op.check(paths.epoch(), epochVersion));
    operations.add(Op.setData(paths.counters(), counters, next));
    operations.addAll(content);
    var part = new Part(List.copyOf(operations), next, new CompletableFuture<>());
    next++;
    onTheirWay.add(part);
    if (!isBroken) {
      transmit(part);
    }
    return part.done();
  }

  private void transmit(Part part) {
    zooKeeper.multi(part.operations(), (code, _, _, _) -> answered(part, code), null);
  }

  private void answered(Part part, int code) {
    synchronized (this) {
      if (isBroken || end != null) {
        return; // the counters will tell
      }
      if (code == Code.CONNECTIONLOSS.intValue()) {
        isBroken = true;
        look();
        return;
      }
      if (code == Code.OK.intValue()) {
        onTheirWay.remove(part);
      }
    }
    if (code == Code.OK.intValue()) {
      part.done().complete(null);
    } else {
      end(code);
    }
  }

  /** The epoch is read last: if it is ours then, the counters before were ours too. */
  private void look() {
    zooKeeper.sync(paths.root(), (_, _, _) -> {}, null);
    zooKeeper.getData(
        paths.counters(),
        false,
        (code, _, _, _, counters) ->
            zooKeeper.getData(
                paths.epoch(),
                false,
                (later, _, _, _, stat) -> {
                  int failure = code == Code.OK.intValue() ? later : code;
                  if (failure == Code.CONNECTIONLOSS.intValue()) {
                    look(); // it waits in the client until there is a connection
                  } else if (failure != Code.OK.intValue()) {
                    end(failure);
                  } else if (stat.getVersion() != epochVersion) {
                    end(Code.BADVERSION.intValue());
                  } else {
                    resume(counters.getVersion());
                  }
                },
                null),
        null);
  }

  private void resume(int version) {
    var written = new ArrayList<Part>();
    synchronized (this) {
      for (Part first = onTheirWay.peek();
          first != null && first.version() < version;
          first = onTheirWay.peek()) {
        written.add(onTheirWay.remove());
      }
      isBroken = false;
      onTheirWay.forEach(this::transmit);
    }
    written.forEach(part -> part.done().complete(null));
  }

  private void end(int code) {
    var cause = KeeperException.create(Code.get(code));
    var reason = new FencedException("epoch " + epoch + " can write no more", cause);
    List<Part> failed;
    synchronized (this) {
      end = reason;
      failed = List.copyOf(onTheirWay);
      onTheirWay.clear();
    }
    failed.forEach(part -> part.done().completeExceptionally(reason));
  }
}

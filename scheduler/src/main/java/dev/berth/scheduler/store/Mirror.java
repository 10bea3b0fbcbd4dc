package dev.berth.scheduler.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.berth.proto.stored.v1.StoredLeader;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stored state in memory, kept fresh while another scheduler leads, within one session.
 *
 * <p>One recursive watch names what was written; each named znode is read again, many at a time.
 * ZooKeeper tells a session of every change before it answers what came later: when it answers that
 * the next epoch has begun, all that earlier epochs wrote has been named. A lost connection makes
 * every znode doubtful and has it read again; a lost session ends the mirror. It is handed over
 * once. Holds at most one note per znode and {@value #MAX_IN_FLIGHT} reads. Thread-safe; the
 * contents belong to its own thread.
 */
final class Mirror implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Mirror.class);
  private static final int MAX_IN_FLIGHT = 500;

  private sealed interface Input {
    record Written(String path) implements Input {}

    record Read(String path, int code, @Nullable ByteString data, @Nullable Stat stat)
        implements Input {}

    record Listed(String path, int code, @Nullable List<String> names) implements Input {}

    record Connected() implements Input {}

    record Disconnected() implements Input {}

    record Began(int code) implements Input {}

    record Over(String reason) implements Input {}
  }

  /** How far the taking over has come. */
  private enum Step {
    FOLLOWING,
    CATCHING_UP,
    CHECKING,
    CONFIRMING
  }

  /** What a new leader gets: all of it as of the beginning of its epoch. */
  record Handover(Contents contents, int countersVersion) {}

  private final ZooKeeper zooKeeper;
  private final Paths paths;
  private final Consumer<StoredLeader> leaderSeen;
  private final Watcher watcher = this::happened;
  private final BlockingQueue<Input> inbox = new LinkedBlockingQueue<>();
  private final Set<String> noted = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Handover> handover = new CompletableFuture<>();
  private final Thread thread;

  private final Contents contents;
  private final Set<String> waiting = new LinkedHashSet<>();
  private int inFlight;
  private int countersVersion = -1;
  private boolean isConnected = true;
  private Step step = Step.FOLLOWING;

  Mirror(ZooKeeper zooKeeper, Paths paths, Consumer<StoredLeader> leaderSeen) {
    this.zooKeeper = zooKeeper;
    this.paths = paths;
    this.leaderSeen = leaderSeen;
    this.contents = new Contents(paths);
    this.thread = Thread.ofPlatform().name("mirror").daemon().unstarted(this::run);
  }

  void start() {
    inbox.add(new Input.Connected());
    thread.start();
  }

  /** Whether it was handed over, or can be no more. */
  boolean isOver() {
    return handover.isDone();
  }

  @SuppressWarnings("ReferenceEquality") // another object is another session
  boolean isOf(ZooKeeper session) {
    return zooKeeper == session;
  }

  /**
   * Begins an epoch by these operations and, with its answer, catches up with the ones before. Ends
   * exceptionally with a {@link FencedException} when the epoch could not be begun.
   */
  CompletableFuture<Handover> takeOver(List<Op> beginning) {
    zooKeeper.multi(beginning, (code, _, _, _) -> inbox.add(new Input.Began(code)), null);
    return handover;
  }

  @Override
  public void close() {
    inbox.add(new Input.Over("it is not needed any more"));
  }

  // --- ZooKeeper's event thread

  private void happened(WatchedEvent event) {
    if (event.getType() != EventType.None) {
      String path = event.getPath();
      if (isOurs(path) && noted.add(path)) {
        inbox.add(new Input.Written(path));
      }
      return;
    }
    switch (event.getState()) {
      case SyncConnected -> inbox.add(new Input.Connected());
      case Disconnected -> inbox.add(new Input.Disconnected());
      case Expired, Closed, AuthFailed ->
          inbox.add(new Input.Over("the session with ZooKeeper is over: " + event.getState()));
      case ConnectedReadOnly, SaslAuthenticated, Unknown, NoSyncConnected -> {}
    }
  }

  private boolean isOurs(String path) {
    return paths.isEntry(path) || path.equals(paths.counters()) || path.equals(paths.leader());
  }

  // --- the mirror's thread

  private void run() {
    try {
      while (!handover.isDone()) {
        take(inbox.take());
        readMore();
        if (isConnected && waiting.isEmpty() && inFlight == 0) {
          settled();
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (InvalidProtocolBufferException | RuntimeException illegible) {
      log.error("the stored state under {} cannot be followed", paths.root(), illegible);
      handover.completeExceptionally(
          new IllegalStateException(
              "the stored state under " + paths.root() + " is not legible", illegible));
    } finally {
      zooKeeper.removeWatches(
          paths.root(), watcher, Watcher.WatcherType.Any, true, (_, _, _) -> {}, null);
    }
  }

  private void take(Input input) throws InvalidProtocolBufferException {
    switch (input) {
      case Input.Written(String path) -> {
        noted.remove(path); // before it is read: what is written from here on is noted again
        waiting.add(path);
      }
      case Input.Read read -> read(read);
      case Input.Listed listed -> listed(listed);
      case Input.Connected() -> {
        isConnected = true;
        zooKeeper.addWatch(
            paths.root(), watcher, AddWatchMode.PERSISTENT_RECURSIVE, this::watched, null);
        doubtAll();
      }
      case Input.Disconnected() -> isConnected = false;
      case Input.Began(int code) -> {
        if (code == Code.OK.intValue()) {
          step = Step.CATCHING_UP;
        } else {
          over("the next epoch could not be begun", code);
        }
      }
      case Input.Over(String reason) ->
          handover.completeExceptionally(
              new FencedException(reason, new KeeperException.SessionExpiredException()));
    }
  }

  /** Without the watch nobody would tell of the connection either, so it is asked for again. */
  private void watched(int code, String path, Object context) {
    if (code == Code.CONNECTIONLOSS.intValue()) {
      inbox.add(new Input.Connected());
    } else if (code != Code.OK.intValue()) {
      inbox.add(new Input.Over("the watch on " + path + " was refused: " + Code.get(code)));
    }
  }

  private void doubtAll() {
    Paths.DIRECTORIES.forEach(name -> waiting.add(paths.directory(name)));
    waiting.add(paths.counters());
    waiting.add(paths.leader());
  }

  private void readMore() {
    var next = waiting.iterator();
    while (isConnected && inFlight < MAX_IN_FLIGHT && next.hasNext()) {
      String path = next.next();
      next.remove();
      inFlight++;
      if (paths.isDirectory(path)) {
        zooKeeper.getChildren(
            path,
            false,
            (code, _, _, names) -> inbox.add(new Input.Listed(path, code, names)),
            null);
      } else {
        zooKeeper.getData(
            path,
            false,
            (code, _, _, data, stat) -> inbox.add(new Input.Read(path, code, bytes(data), stat)),
            null);
      }
    }
  }

  private void listed(Input.Listed listed) {
    inFlight--;
    List<String> names = listed.names();
    if (names != null && listed.code() == Code.OK.intValue()) {
      contents.retain(listed.path(), names);
      names.forEach(name -> waiting.add(listed.path() + "/" + name));
    } else {
      failed(listed.path(), listed.code());
    }
  }

  private void read(Input.Read read) throws InvalidProtocolBufferException {
    inFlight--;
    ByteString data = read.data();
    Stat stat = read.stat();
    if (data == null || stat == null || read.code() != Code.OK.intValue()) {
      failed(read.path(), read.code());
    } else if (read.path().equals(paths.counters())) {
      counted(data, stat);
    } else if (read.path().equals(paths.leader())) {
      leaderSeen.accept(StoredLeader.parseFrom(data));
    } else {
      contents.put(read.path(), data, stat.getMzxid());
    }
  }

  private static @Nullable ByteString bytes(byte @Nullable [] data) {
    return data == null ? null : UnsafeByteOperations.unsafeWrap(data);
  }

  private void counted(ByteString data, Stat stat) throws InvalidProtocolBufferException {
    if (step == Step.CHECKING && stat.getVersion() != countersVersion) {
      log.warn(
          "a change was missed: the counters have version {}, {} was known; all is read again",
          stat.getVersion(),
          countersVersion);
      step = Step.CONFIRMING;
      doubtAll();
    }
    countersVersion = stat.getVersion();
    contents.putCounters(data);
  }

  private void failed(String path, int code) {
    switch (Code.get(code)) {
      case CONNECTIONLOSS, OPERATIONTIMEOUT, REQUESTTIMEOUT -> waiting.add(path);
      case NONODE -> contents.remove(path);
      default -> over(path + " cannot be read", code);
    }
  }

  private void over(String what, int code) {
    handover.completeExceptionally(
        new FencedException(what, KeeperException.create(Code.get(code))));
  }

  /** Nothing is waited for: the contents are those of the last word from ZooKeeper, or newer. */
  private void settled() {
    switch (step) {
      case FOLLOWING -> {}
      case CATCHING_UP -> {
        step = Step.CHECKING;
        waiting.add(paths.counters());
        readMore();
      }
      case CHECKING, CONFIRMING -> handover.complete(new Handover(contents, countersVersion));
    }
  }
}

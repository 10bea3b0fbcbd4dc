package dev.berth.simulation.store;

import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.store.Store;
import dev.berth.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * ZooKeeper itself: the committed state, the sessions, and who is first among the candidates.
 *
 * <p>A write takes effect as a whole or not at all, and only if the epoch that it names is the
 * newest and the write before it was the last: the same two checks as in every transaction of the
 * production store. Only the ensemble ends sessions. Confined to the world's thread.
 */
public final class Ensemble {
  public static final Duration SESSION = Duration.ofSeconds(10);
  private static final int MOST_HISTORY = 10_000;

  private final World world;
  private final Fence fence;
  private final Consumer<Commit> committed;
  private final TreeMap<Long, HistoryEvent> history = new TreeMap<>();
  private final List<Session> candidates = new ArrayList<>();
  private final List<Session> sessions = new ArrayList<>();
  private ClusterState state = ClusterState.empty();
  private long epoch;
  private long counters;
  private boolean isDown;

  /** May this write take effect? The production store's own checks, but for planted mistakes. */
  @FunctionalInterface
  public interface Fence {
    Fence STRICT =
        (write, epoch, counters) -> write.epoch() == epoch && write.counters() == counters;

    boolean admits(Write write, long epoch, long counters);
  }

  /** One transaction: the epoch and the place in the order that it counts on. */
  public record Write(
      String writer, long epoch, long counters, List<Change> changes, ClusterState after) {
    public Write {
      changes = List.copyOf(changes);
    }
  }

  /** A write that took effect. */
  public record Commit(Write write, long newestEpoch, ClusterState before, ClusterState after) {}

  /** What the first of a new epoch is given. */
  record Opened(long epoch, long counters, Store.Loaded loaded) {}

  /** One client's session. */
  public static final class Session {
    private final String owner;
    private Runnable elected = () -> {};
    private Runnable deposed = () -> {};
    private long lastHeard;
    private boolean isExpired;

    Session(String owner) {
      this.owner = owner;
    }

    boolean isExpired() {
      return isExpired;
    }
  }

  public Ensemble(World world, Fence fence, Consumer<Commit> committed) {
    this.world = world;
    this.fence = fence;
    this.committed = committed;
    tick();
  }

  public ClusterState state() {
    return state;
  }

  public long epoch() {
    return epoch;
  }

  /** All of its servers are gone, or are back. */
  public void down(boolean down) {
    if (isDown && !down) {
      sessions.forEach(session -> session.lastHeard = world.now());
    }
    isDown = down;
  }

  public boolean isDown() {
    return isDown;
  }

  /** Ends the sessions of a client, as if it had not been heard. */
  public void expire(String owner) {
    List.copyOf(sessions).stream().filter(it -> it.owner.equals(owner)).forEach(this::expire);
  }

  /** Ends a candidacy though the session lives, as when its node in the election is removed. */
  public void depose(String owner) {
    for (Session session : List.copyOf(candidates)) {
      if (session.owner.equals(owner)) {
        world.tell("the candidacy of " + owner + " is removed");
        leave(session);
        session.deposed.run();
      }
    }
  }

  private void tick() {
    world.after(
        Duration.ofSeconds(1),
        "sessions",
        () -> {
          if (!isDown) {
            long oldest = world.now() - SESSION.toNanos() / 1000;
            List.copyOf(sessions).stream()
                .filter(it -> it.lastHeard < oldest)
                .forEach(this::expire);
          }
          tick();
        });
  }

  private void expire(Session session) {
    session.isExpired = true;
    world.tell("the session of " + session.owner + " has expired");
    sessions.remove(session);
    leave(session);
  }

  // --- what clients ask; each call is one that has arrived
  // ------------------------------------------------

  void begin(Session session) {
    session.lastHeard = world.now();
    sessions.add(session);
  }

  /** False when there is no such session any more. */
  boolean beat(Session session) {
    session.lastHeard = world.now();
    return sessions.contains(session);
  }

  Optional<String> first() {
    return candidates.isEmpty() ? Optional.empty() : Optional.of(candidates.getFirst().owner);
  }

  void stand(Session session, Runnable elected, Runnable deposed) {
    if (session.isExpired) {
      return;
    }
    leave(session); // an earlier candidacy of the same session is withdrawn first
    session.elected = elected;
    session.deposed = deposed;
    candidates.add(session);
    if (candidates.getFirst() == session) {
      session.elected.run();
    }
  }

  void leave(Session session) {
    boolean wasFirst = !candidates.isEmpty() && candidates.getFirst() == session;
    candidates.remove(session);
    if (wasFirst && !candidates.isEmpty()) {
      candidates.getFirst().elected.run();
    }
  }

  Opened open() {
    epoch++;
    return new Opened(epoch, counters, new Store.Loaded(state, List.copyOf(history.values())));
  }

  boolean write(Session session, Write write) {
    if (session.isExpired || !fence.admits(write, epoch, counters)) {
      return false;
    }
    ClusterState before = state;
    state = state.after(write.changes());
    counters++;
    for (Change change : write.changes()) {
      if (change instanceof Change.AddEvent(HistoryEvent event)) {
        history.put(event.sequence(), event);
        world.tell(
            "%s e%d: %s %s"
                .formatted(write.writer(), write.epoch(), event.kind(), event.message()));
      }
    }
    while (history.size() > MOST_HISTORY) {
      history.pollFirstEntry();
    }
    committed.accept(new Commit(write, epoch, before, state));
    return true;
  }
}

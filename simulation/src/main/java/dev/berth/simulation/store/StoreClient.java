package dev.berth.simulation.store;

import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.store.Batch;
import dev.berth.scheduler.store.FencedException;
import dev.berth.scheduler.store.Store;
import dev.berth.simulation.network.Network;
import dev.berth.simulation.world.SimProcess;
import dev.berth.simulation.world.World;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One scheduler's connection to the ensemble: its session, its candidacy, its writes.
 *
 * <p>What is asked arrives in order or, when the connection is lost, perhaps not at all: then
 * nobody knows whether it took effect. Confined to the world's thread.
 */
public final class StoreClient {
  private static final long BEAT_MICROS = 1_000_000;
  private static final long LOST_MICROS = 6_700_000;

  /** Who is connected hears of it within that time; who is not takes the session for lost then. */
  private static final long DEPOSED_MICROS = LOST_MICROS;

  private static final long NOTICE_MICROS = 2_000_000;
  private static final long HOLD_MICROS = 200_000;

  private final SimProcess process;
  private final World world;
  private final Network network;
  private final Ensemble ensemble;
  private final Troubles troubles;
  private final Listener listener;
  private final int life;
  private Ensemble.Session session;
  private Optional<String> leader = Optional.empty();
  private boolean isStanding;
  private int candidacy;
  private boolean isSuspended;
  private long lastAnswer;
  private long lastArrival;
  private long lastReply;
  private final Deque<Runnable> asked = new ArrayDeque<>();
  private final Deque<Runnable> answered = new ArrayDeque<>();

  /** What its scheduler hears, in its own process. */
  public interface Listener {
    void elected();

    /** Leadership can be counted on no more. */
    void lost();
  }

  /** What is wrong with the store at the moment. */
  public static final class Troubles {
    private long slowMicros;
    private double errors;
    private boolean nextFails;
    private int operations = 100;

    /** Each write takes up to so much longer. */
    public void slow(Duration longest) {
      slowMicros = longest.toNanos() / 1000;
    }

    /** This share of writes fails, having taken effect or not. */
    public void errors(double share) {
      errors = share;
    }

    /** The next write fails, having taken effect or not, and no other. */
    public void failNext(boolean fails) {
      nextFails = fails;
    }

    public boolean any() {
      return slowMicros > 0 || errors > 0 || nextFails;
    }

    private boolean fails(RandomGenerator chance) {
      boolean fails = nextFails || (errors > 0 && chance.nextDouble() < errors);
      nextFails = false;
      return fails;
    }

    /** A pass is cut into transactions of at most so many changes. */
    public void operations(int most) {
      operations = most;
    }
  }

  public StoreClient(
      SimProcess process,
      Network network,
      Ensemble ensemble,
      Troubles troubles,
      Listener listener) {
    this.process = process;
    this.world = process.world();
    this.network = network;
    this.ensemble = ensemble;
    this.troubles = troubles;
    this.listener = listener;
    this.life = process.life();
    this.session = newSession();
    this.lastAnswer = world.now();
    beat();
  }

  private Ensemble.Session newSession() {
    var fresh = new Ensemble.Session(process.name());
    ask(() -> ensemble.begin(fresh));
    return fresh;
  }

  /** The session is kept alive, or found to be over. */
  private void beat() {
    Ensemble.Session mine = session;
    ask(() -> {
      boolean isThere = ensemble.beat(mine);
      Optional<String> first = ensemble.first();
      reply(() -> {
        leader = first;
        heard(mine, isThere);
      });
    });
    if (world.now() - lastAnswer > LOST_MICROS && !isSuspended) {
      isSuspended = true;
      // The program hears of it on another thread, which may come late.
      process.later(chance().nextLong(NOTICE_MICROS), "suspended", listener::lost);
    }
    process.later(BEAT_MICROS, "session", this::beat);
  }

  private void heard(Ensemble.Session of, boolean isThere) {
    lastAnswer = world.now();
    boolean wasSuspended = isSuspended;
    isSuspended = false;
    if (wasSuspended && isThere && of == session) {
      leaveAgain(); // what was asked meanwhile is lost
    }
    if (!isThere && of == session) {
      session = newSession();
      boolean wasStanding = isStanding;
      isStanding = false;
      listener.lost();
      if (wasStanding) {
        stand();
      }
    }
  }

  /** Whose turn it is to lead, as was heard last. */
  public Optional<String> leader() {
    return leader;
  }

  public void stand() {
    isStanding = true;
    int mine = ++candidacy;
    Ensemble.Session standing = session;
    ask(() -> ensemble.stand(standing, () -> reply(() -> elected(mine)), () -> deposed(mine)));
  }

  private void elected(int ofCandidacy) {
    if (candidacy == ofCandidacy) {
      listener.elected();
    }
  }

  /** The program hears of it late: until then it thinks that it leads, and its session lives. */
  private void deposed(int ofCandidacy) {
    reply(() ->
        process.later(
            chance().nextLong(DEPOSED_MICROS),
            "deposed",
            () -> {
              if (candidacy == ofCandidacy) {
                leaveAgain();
              }
            }));
  }

  private void leaveAgain() {
    boolean wasStanding = isStanding;
    listener.lost(); // it may have been elected meanwhile, by a candidacy that ends here
    leave();
    if (wasStanding) {
      stand();
    }
  }

  public void leave() {
    isStanding = false;
    candidacy++;
    Ensemble.Session mine = session;
    ask(() -> ensemble.leave(mine));
  }

  /** Begins the next epoch; nothing is heard when the connection is lost meanwhile. */
  public void open(Consumer<Store> opened) {
    int current = candidacy;
    Ensemble.Session mine = session;
    ask(() -> {
      if (mine.isExpired()) {
        return;
      }
      Ensemble.Opened opening = ensemble.open();
      reply(() -> {
        if (candidacy == current) {
          opened.accept(new SimStore(mine, opening));
        }
      });
    });
  }

  // --- the way there and back
  // ------------------------------------------------------------------------------

  private void ask(Runnable question) {
    long slow = troubles.slowMicros == 0 ? 0 : chance().nextLong(troubles.slowMicros);
    asked.addLast(question);
    lastArrival = Math.max(lastArrival, world.now() + chance().nextLong(200, 2500) + slow);
    world.after(lastArrival - world.now(), "store<" + process, this::arrive);
  }

  /** What a client that died had sent arrives all the same. */
  private void arrive() {
    if (asked.isEmpty()) {
      return;
    }
    if (!ensemble.isDown() && network.isOpen(process.name(), Network.STORE)) {
      asked.removeFirst().run();
    } else if (isLiving() && !isSuspended) {
      world.after(HOLD_MICROS, "store held " + process, this::arrive);
    } else {
      asked.clear();
    }
  }

  private void reply(Runnable answer) {
    answered.addLast(answer);
    lastReply = Math.max(lastReply, world.now() + chance().nextLong(200, 2500));
    world.after(lastReply - world.now(), "store>" + process, this::bring);
  }

  private void bring() {
    if (!isLiving()) {
      answered.clear();
    } else if (!network.isOpen(Network.STORE, process.name())) {
      world.after(HOLD_MICROS, "store held " + process, this::bring);
    } else if (!answered.isEmpty()) {
      process.run(answered.removeFirst());
    }
  }

  private boolean isLiving() {
    return process.isAlive() && process.life() == life;
  }

  private RandomGenerator chance() {
    return world.random("store " + process);
  }

  /** The state, written under one epoch. */
  private final class SimStore implements Store {
    private final Ensemble.Session mine;
    private final Ensemble.Opened opened;
    private long counters;

    SimStore(Ensemble.Session mine, Ensemble.Opened opened) {
      this.mine = mine;
      this.opened = opened;
      this.counters = opened.counters();
    }

    @Override
    public long epoch() {
      return opened.epoch();
    }

    @Override
    public Loaded load() {
      return opened.loaded();
    }

    @Override
    public CompletionStage<@Nullable Void> commit(Batch batch) {
      CompletableFuture<@Nullable Void> all = CompletableFuture.completedFuture(null);
      List<Change> changes = inOrder(batch.changes());
      for (int from = 0; from < changes.size(); ) {
        int to = cut(changes, from);
        all = all.thenCombine(write(changes.subList(from, to), batch.after()), (_, _) -> null);
        from = to;
      }
      return all;
    }

    /** Where a transaction may end: not between a command's effect and that it was accepted. */
    private int cut(List<Change> changes, int from) {
      int to = Math.min(changes.size(), from + troubles.operations);
      for (int at = to; at < changes.size(); at++) {
        if (changes.get(at) instanceof Change.PutAnswer(_, int effect) && at - effect < to) {
          to = at + 1;
        }
      }
      return to;
    }

    /** As the production store writes: placements after what they refer to, history last. */
    private List<Change> inOrder(List<Change> changes) {
      var first = new ArrayList<Change>();
      var placements = new ArrayList<Change>();
      var events = new ArrayList<Change>();
      for (Change change : changes) {
        if (change instanceof Change.PutPlacement || change instanceof Change.RemovePlacement) {
          placements.add(change);
        } else if (change instanceof Change.AddEvent) {
          events.add(change);
        } else {
          first.add(change);
        }
      }
      first.addAll(placements);
      first.addAll(events);
      return first;
    }

    private CompletableFuture<@Nullable Void> write(List<Change> changes, ClusterState after) {
      var done = new CompletableFuture<@Nullable Void>();
      var write = new Ensemble.Write(process.name(), opened.epoch(), counters++, changes, after);
      boolean fails = troubles.fails(chance());
      boolean takesEffect = !fails || chance().nextBoolean();
      ask(() -> {
        boolean isWritten = takesEffect && ensemble.write(mine, write);
        reply(() -> finish(done, isWritten && !fails));
      });
      giveUpLater(done);
      return done;
    }

    /** Whether it took effect will never be known. */
    private void giveUpLater(CompletableFuture<@Nullable Void> done) {
      process.later(2 * LOST_MICROS, "write unanswered", () -> finish(done, false));
    }

    private void finish(CompletableFuture<@Nullable Void> done, boolean isWritten) {
      if (isWritten) {
        done.complete(null);
      } else if (!done.isDone()) {
        done.completeExceptionally(
            new FencedException(
                "epoch " + opened.epoch() + " can write no more",
                new IllegalStateException("refused, or the connection was lost")));
      }
    }
  }
}

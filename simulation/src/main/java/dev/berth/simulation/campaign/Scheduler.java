package dev.berth.simulation.campaign;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.ControlLoop;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.control.Subscription;
import dev.berth.scheduler.control.Term;
import dev.berth.scheduler.dispatch.AgentLinkService;
import dev.berth.scheduler.dispatch.Dispatch;
import dev.berth.scheduler.dispatch.Logs;
import dev.berth.scheduler.dispatch.RouteFeedService;
import dev.berth.scheduler.dispatch.Verifications;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.store.Store;
import dev.berth.simulation.world.Violation;
import dev.berth.simulation.world.World;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one scheduler: the production loop, publisher and streams. The loop makes a pass four times a
 * second, or sooner when much has come, as it would while its passes take time. Confined to the
 * world's thread.
 */
final class Scheduler implements Leadership {
  private static final long TICK_MICROS = 250_000;
  private static final int MOST_HEARD = 15_000;
  private static final int MOST_TURNS = 8;

  private final World world;
  private final LongSupplier nanos;
  private final ControlLoop loop;
  private final Dispatch dispatch;
  private final AgentLinkService agentLinks;
  private final RouteFeedService routeFeeds;
  private int heard;
  private long keys;
  private long thinking;
  private @Nullable Throwable reason;

  Scheduler(World world, Store store, BlobStore blobs, LongSupplier nanos) {
    this.world = world;
    this.nanos = nanos;
    Executor soon = task -> world.after(100, "task", task);
    var settings = new ClusterSettings("localhost", LaidFleet.LINE);
    var term = new Term(store.epoch(), world.instant(), settings, Timers.DEFAULT);
    this.loop =
        new ControlLoop(term, store, store.load(), new SpreadPlacer(), world::instant, soon);
    this.dispatch = new Dispatch("simulated", this, soon, world::instant);
    this.agentLinks =
        new AgentLinkService(dispatch, new Logs(dispatch), new Verifications(dispatch), blobs);
    this.routeFeeds = new RouteFeedService(dispatch);
    var _ = loop.ended().whenComplete((why, _) -> reason = why);
    dispatch.began(loop);
    tick();
  }

  AgentLinkService agentLinks() {
    return agentLinks;
  }

  RouteFeedService routeFeeds() {
    return routeFeeds;
  }

  Snapshot snapshot() {
    return loop.snapshot();
  }

  /** Cpu time that the loop's passes have taken. */
  long thinkingNanos() {
    return thinking;
  }

  /** Something has arrived on a stream. */
  void hear(Runnable word) {
    word.run();
    if (++heard >= MOST_HEARD) {
      turn();
    }
  }

  CompletableFuture<Outcome> ask(Command command, String why) {
    return loop.submit(command, new Caller.Operator(), new Mutation("key-" + ++keys, 0, why));
  }

  private void tick() {
    turn();
    world.after(TICK_MICROS, "tick", this::tick);
  }

  private void turn() {
    heard = 0;
    long from = nanos.getAsLong();
    loop.turn();
    for (int more = 0; more < MOST_TURNS && isDueAgain(); more++) {
      loop.turn();
    }
    thinking += nanos.getAsLong() - from;
    requireAlive();
  }

  private boolean isDueAgain() {
    return reason == null && !loop.nextTurn().isAfter(world.instant());
  }

  private void requireAlive() {
    Throwable why = reason;
    if (why instanceof Violation violation) {
      throw violation;
    }
    if (why != null) {
      throw new Violation("NoFaults", why);
    }
  }

  @Override
  public Optional<Control> leading() {
    return Optional.of(loop);
  }

  @Override
  public Optional<String> leaderAddress() {
    return Optional.empty();
  }

  @Override
  public Subscription follow(Follower follower) {
    throw new UnsupportedOperationException("its streams are told directly");
  }
}

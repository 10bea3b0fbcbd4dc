package dev.berth.simulation.cluster;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.control.Control;
import dev.berth.scheduler.control.ControlLoop;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Subscription;
import dev.berth.scheduler.control.Term;
import dev.berth.scheduler.dispatch.AgentLinkService;
import dev.berth.scheduler.dispatch.Dispatch;
import dev.berth.scheduler.dispatch.Logs;
import dev.berth.scheduler.dispatch.RouteFeedService;
import dev.berth.scheduler.dispatch.Verifications;
import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.store.FencedException;
import dev.berth.scheduler.store.Store;
import dev.berth.simulation.network.SimServer;
import dev.berth.simulation.store.Ensemble;
import dev.berth.simulation.store.StoreClient;
import dev.berth.simulation.world.SimProcess;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler: the production loop, publisher and streams, on the virtual clock.
 *
 * <p>Stands for election, leads while it may, and stands again, as the production terms do.
 * Confined to the world's thread.
 */
public final class SimScheduler extends SimProcess implements SimServer {
  static final String CLUSTER_ID = "simulated";
  static final ClusterSettings SETTINGS = new ClusterSettings("localhost", "debian-12");
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Cluster cluster;
  private final BlobStore blobs;
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
  private Executor executor = Runnable::run;
  private @Nullable Dispatch dispatch;
  private @Nullable StoreClient client;
  private @Nullable ControlLoop leading;
  private long epoch;
  private long nextTurn;

  /** What may be put in the place of its parts: nothing, but for planted mistakes. */
  public record Parts(
      Ensemble.Fence fence, UnaryOperator<Store> store, UnaryOperator<Placer> placer) {
    public static final Parts PRODUCTION = new Parts(Ensemble.Fence.STRICT, it -> it, it -> it);
  }

  SimScheduler(Cluster cluster, String name, BlobStore blobs) {
    super(cluster.world(), name, cluster::fault);
    this.cluster = cluster;
    this.blobs = blobs;
  }

  @Override
  public SimProcess process() {
    return this;
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> method(String fullName) {
    return methods.get(fullName);
  }

  /** Null while it does not think that it leads. */
  public @Nullable ControlLoop leading() {
    return leading;
  }

  /** Of the term that it thinks it leads in. */
  public long epoch() {
    return leading == null ? 0 : epoch;
  }

  @Override
  protected void begin() {
    leading = null;
    executor = unordered();
    var streams = new Dispatch(CLUSTER_ID, new Known(), executor, clock());
    dispatch = streams;
    methods.clear();
    serve(
        new AgentLinkService(streams, new Logs(streams), new Verifications(streams), blobs)
            .bindService());
    serve(new RouteFeedService(streams).bindService());
    client =
        new StoreClient(
            this,
            cluster.network(),
            cluster.ensemble(),
            cluster.troubles(),
            new StoreClient.Listener() {
              @Override
              public void elected() {
                SimScheduler.this.elected();
              }

              @Override
              public void lost() {
                SimScheduler.this.lost();
              }
            });
    client.stand();
  }

  /** What this process tells others of leadership. */
  private final class Known implements Leadership {
    @Override
    public Optional<Control> leading() {
      return Optional.ofNullable(leading);
    }

    @Override
    public Optional<String> leaderAddress() {
      return client == null ? Optional.empty() : client.leader().map(SimScheduler::addressOf);
    }

    @Override
    public Subscription follow(Follower follower) {
      throw new UnsupportedOperationException("its streams are told directly");
    }
  }

  String address() {
    return addressOf(name());
  }

  private static String addressOf(String scheduler) {
    return scheduler + ":7400";
  }

  private void serve(ServerServiceDefinition service) {
    service
        .getMethods()
        .forEach(method -> methods.put(method.getMethodDescriptor().getFullMethodName(), method));
  }

  /** As virtual threads run: soon, and in no order. */
  private Executor unordered() {
    return task -> later(world().random(name()).nextLong(5, 400), "task", task);
  }

  // --- terms
  // ---------------------------------------------------------------------------------------

  private void elected() {
    if (leading == null && client != null) {
      client.open(this::lead);
    }
  }

  private void lead(Store opened) {
    if (leading != null || dispatch == null) {
      return;
    }
    Store store = cluster.parts().store().apply(opened);
    epoch = store.epoch();
    cluster.happened(new Happening.Began(name(), epoch, store.load().state()));
    world().tell("%s leads in epoch %d".formatted(name(), epoch));
    var term = new Term(epoch, clock().instant(), SETTINGS, Timers.DEFAULT);
    var loop = new ControlLoop(term, store, store.load(), cluster.placer(), clock(), executor);
    leading = loop;
    nextTurn = 0;
    var _ = loop.subscribe(pass -> cluster.happened(new Happening.Published(name(), pass.after())));
    loop.ended().whenComplete((reason, _) -> run(() -> ended(loop, reason)));
    dispatch.began(loop);
  }

  private void lost() {
    ControlLoop loop = leading;
    if (loop != null) {
      loop.end(new Lost());
    }
  }

  private void ended(ControlLoop loop, Throwable reason) {
    if (leading != loop || dispatch == null || client == null) {
      return;
    }
    world().tell("%s leads no more in epoch %d: %s".formatted(name(), epoch, reason));
    if (!isNoFault(reason)) {
      cluster.fault(reason);
    }
    leading = null;
    dispatch.ended(loop);
    client.leave();
    later(
        PAUSE.toNanos() / 1000,
        "stand",
        () -> {
          if (client != null) {
            client.stand();
          }
        });
  }

  private static boolean isNoFault(Throwable reason) {
    Throwable cause = reason instanceof ExecutionException ? reason.getCause() : reason;
    return cause instanceof FencedException || cause instanceof Lost;
  }

  /** The session is gone, or may be. */
  private static final class Lost extends RuntimeException {
    Lost() {
      super("the session was lost");
    }
  }

  // --- turns
  // ---------------------------------------------------------------------------------------

  @Override
  protected void turn() {
    ControlLoop loop = leading;
    if (loop == null) {
      return;
    }
    loop.turn();
    if (leading == loop && nextTurn <= world().now()) {
      long wait = Duration.between(clock().instant(), loop.nextTurn()).toNanos() / 1000;
      nextTurn = world().now() + Math.max(1000, wait);
      later(nextTurn - world().now(), "look", () -> {});
    }
  }

  @Override
  protected void died() {
    leading = null;
    dispatch = null;
    client = null;
  }

  // --- users
  // ---------------------------------------------------------------------------------------

  /** A request has arrived; the answer goes out when it is known. */
  void ask(Command command, Mutation mutation, Consumer<Outcome> answer) {
    ControlLoop loop = leading;
    if (loop == null) {
      answer.accept(new Outcome.Refused(RefusalCode.NOT_LEADING, "", "not leading", "ask another"));
      return;
    }
    CompletableFuture<Outcome> outcome = loop.submit(command, new Caller.Operator(), mutation);
    var _ =
        outcome.thenAccept(known -> {
          cluster.happened(new Happening.Answered(name(), command, known));
          answer.accept(known);
        });
  }
}

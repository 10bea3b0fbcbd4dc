package dev.berth.router.feed;

import dev.berth.leader.Epochs;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.RouteAcknowledge;
import dev.berth.proto.v1.RouteFeedGrpc;
import dev.berth.proto.v1.RouteMessage;
import dev.berth.proto.v1.RouterBeat;
import dev.berth.proto.v1.RouterHello;
import dev.berth.proto.v1.RouterMessage;
import dev.berth.router.metrics.RouteSignals;
import dev.berth.router.table.Intake;
import dev.berth.router.table.Outcome;
import dev.berth.router.table.RouteTable;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the scheduler's routes for ever, from the saved table on.
 *
 * <p>A scheduler that is away changes nothing: the table in force stays in force. A version is
 * acknowledged only when no new request can use an older one. Whatever does not fit together ends
 * the stream, and the next one begins with everything. Thread-safe; works on one thread of its own.
 */
public final class RouteFeed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RouteFeed.class);

  private final FeedSettings settings;
  private @Nullable Schedulers schedulers;
  private @Nullable Epochs epochs;
  private final LongSupplier nanoTime;
  private final RandomGenerator random;
  private final SignalSource signals;
  private final SignalMessages signalMessages = new SignalMessages();
  private final TableSaver saver;
  private final SavedTable saved;
  private final TableSink sink;
  private final Publisher publisher;
  private final ScheduledExecutorService thread;

  private Intake intake = Intake.empty();
  private @Nullable Following following;
  private Duration backoff;
  private volatile FeedState state;

  /** What the feed takes from the world around it. */
  public record Surroundings(LongSupplier nanoTime, RandomGenerator random, SignalSource signals) {
    public Surroundings(LongSupplier nanoTime, RandomGenerator random) {
      this(nanoTime, random, SignalSource.NONE);
    }
  }

  /** What the feed works on: one thread each, ended with the feed. */
  public record Threads(ScheduledExecutorService feed, ScheduledExecutorService saver) {
    static Threads daemons() {
      return new Threads(daemon("route-feed"), daemon("table-saver"));
    }

    private static ScheduledExecutorService daemon(String name) {
      return Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name(name).daemon().factory());
    }
  }

  public RouteFeed(FeedSettings settings, Path tableFile, TableSink sink, Surroundings around) {
    this(settings, new TableFile(tableFile), sink, around, Threads.daemons());
  }

  /** On threads and a disk of the caller's choice. */
  public RouteFeed(
      FeedSettings settings,
      SavedTable saved,
      TableSink sink,
      Surroundings around,
      Threads threads) {
    this.settings = settings;
    this.nanoTime = around.nanoTime;
    this.random = around.random;
    this.signals = around.signals;
    this.saved = saved;
    this.thread = threads.feed;
    this.saver = new TableSaver(saved, nanoTime, threads.saver);
    this.sink = sink;
    this.publisher = new Publisher(sink, this::onThread, this::inForce);
    this.backoff = settings.firstBackoff();
    this.state = new FeedState(0, 0, 0, 0, 0, false, nanoTime.getAsLong());
  }

  /** Puts the saved table in force, if there is one, before it returns. */
  public void restore() {
    intake = saved.load();
    RouteTable table = intake.table();
    if (table.epoch() > 0) {
      log.info(
          "serving {} hosts from the saved table, version {} of epoch {}",
          table.hostCount(),
          table.version(),
          table.epoch());
      CountDownLatch inForce = new CountDownLatch(1);
      sink.use(table, null, inForce::countDown);
      await(inForce);
    }
    show(false);
  }

  /** Follows the scheduler that leads from now on; after {@link #restore}. */
  public void follow(Schedulers all, Epochs seen) {
    onThread(() -> {
      schedulers = all;
      epochs = seen;
      follow();
    });
    long beat = settings.beat().toNanos();
    var _ = thread.scheduleAtFixedRate(guarded(this::beat), beat, beat, TimeUnit.NANOSECONDS);
  }

  private static void await(CountDownLatch inForce) {
    try {
      inForce.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  public FeedState state() {
    return state;
  }

  private void follow() {
    if (schedulers == null || epochs == null) {
      throw new IllegalStateException("the feed has not been given a scheduler to follow");
    }
    Following next = new Following(schedulers, epochs);
    following = next;
    ManagedChannel channel = schedulers.channel();
    channel.resetConnectBackoff(); // its own waits grow to minutes; ours are the ones that count
    RouteFeedGrpc.newStub(channel).withExecutor(thread).follow(next);
    RouterHello.Builder hello = RouterHello.newBuilder().setRouter(settings.routerName());
    hello.setEpoch(intake.table().epoch()).setVersion(intake.table().version());
    next.send(RouterMessage.newBuilder().setHello(hello).build());
    long reach = settings.reachWithin().toNanos();
    var _ = thread.schedule(guarded(next::leaveUnlessReached), reach, TimeUnit.NANOSECONDS);
  }

  private void beat() {
    if (following != null) {
      following.send(RouterMessage.newBuilder().setBeat(RouterBeat.getDefaultInstance()).build());
    }
    if (following == null || following.isReady()) {
      signals.take(SignalMessages.PER_BEAT, taken -> onThread(() -> tell(taken)));
    } // else they are counted on until the scheduler takes them
  }

  private void tell(List<RouteSignals> taken) {
    if (following == null || !following.isReady()) {
      signalMessages.drop(taken);
    } else {
      signalMessages.of(taken).forEach(following::send);
    }
  }

  private void apply(Outcome outcome) {
    switch (outcome) {
      case Outcome.Changed changed -> put(changed.intake(), changed.pools());
      case Outcome.Replaced replaced -> put(replaced.intake(), null);
      case Outcome.Known _ -> {}
      case Outcome.Resync resync -> {
        intake = resync.intake();
        log.warn(
            "the scheduler sent {}; version {} of epoch {} stays in force and everything is asked for again",
            resync.reason(),
            intake.table().version(),
            intake.table().epoch());
        again(resync.reason());
      }
    }
  }

  private void put(Intake next, @Nullable Collection<String> changedPools) {
    intake = next;
    backoff = settings.firstBackoff();
    saver.offer(next.table());
    publisher.publish(next.table(), changedPools);
    show(true);
  }

  private void inForce(RouteTable table) {
    show(state.connected());
    sink.whenLetGo(() -> onThread(() -> letGo(table)));
  }

  private void letGo(RouteTable table) {
    if (following != null) {
      following.acknowledge(table);
    }
  }

  /** Leaves the stream; the end of it begins the next one. */
  private void again(String reason) {
    Following current = following;
    if (current != null) {
      current.cancel(reason);
    }
  }

  private void ended(Following stream, String reason, boolean isAnotherTriedAtOnce) {
    if (stream != following) {
      return;
    }
    following = null;
    if (state.connected()) {
      log.warn("the scheduler's routes are not followed any more: {}", reason);
    }
    show(false);
    if (isAnotherTriedAtOnce) {
      onThread(this::follow);
      return;
    }
    long base = backoff.toNanos();
    long wait = base / 2 + random.nextLong(base);
    Duration doubled = backoff.multipliedBy(2);
    backoff = doubled.compareTo(settings.maxBackoff()) < 0 ? doubled : settings.maxBackoff();
    var _ = thread.schedule(guarded(this::follow), wait, TimeUnit.NANOSECONDS);
  }

  private void show(boolean connected) {
    RouteTable table = intake.table();
    state =
        new FeedState(
            table.epoch(),
            table.version(),
            table.hostCount(),
            table.poolCount(),
            table.routeCount(),
            connected,
            connected || state.connected() ? nanoTime.getAsLong() : state.heardNanos());
  }

  private void onThread(Runnable action) {
    try {
      thread.execute(guarded(action));
    } catch (RejectedExecutionException _) {
      log.debug("the feed is closed");
    }
  }

  /** A fault must not vanish in a future that nobody asks. */
  private static Runnable guarded(Runnable action) {
    return () -> {
      try {
        action.run();
      } catch (RuntimeException fault) {
        Thread current = Thread.currentThread();
        current.getUncaughtExceptionHandler().uncaughtException(current, fault);
      }
    };
  }

  @Override
  public void close() {
    onThread(() -> again("this router stops"));
    thread.shutdownNow();
    try {
      thread.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    saver.close();
  }

  /** One stream, from hello to its end. */
  private final class Following implements ClientResponseObserver<RouterMessage, RouteMessage> {
    private @Nullable ClientCallStreamObserver<RouterMessage> out;
    private final Schedulers schedulers;
    private final Epochs epochs;
    private boolean reached;
    private boolean tabled;
    private boolean over;
    private long acknowledged = -1;

    Following(Schedulers schedulers, Epochs epochs) {
      this.schedulers = schedulers;
      this.epochs = epochs;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<RouterMessage> requests) {
      out = requests;
      requests.setOnReadyHandler(() -> reached = true);
    }

    void send(RouterMessage message) {
      if (out != null && !over) {
        out.onNext(message);
      }
    }

    /** Can more be sent without piling up here? */
    boolean isReady() {
      return out != null && !over && out.isReady();
    }

    /** Only what this scheduler has said, or knows from the hello, means anything to it. */
    void acknowledge(RouteTable table) {
      if (tabled && table.version() > acknowledged) {
        acknowledged = table.version();
        send(
            RouterMessage.newBuilder()
                .setAcknowledge(
                    RouteAcknowledge.newBuilder()
                        .setEpoch(table.epoch())
                        .setVersion(table.version()))
                .build());
      }
    }

    /** Nobody is there, or somebody who does not move. */
    void leaveUnlessReached() {
      if (!reached) {
        cancel("no connection within " + settings.reachWithin());
      }
    }

    void cancel(String reason) {
      if (out != null && !over) {
        over = true;
        out.cancel(reason, null);
      }
    }

    @Override
    public void onNext(RouteMessage message) {
      if (over) {
        return;
      }
      try {
        switch (message.getMessageCase()) {
          case TABLE -> {
            if (isFromNow(message.getTable().getEpoch())) {
              tabled = true;
              schedulers.found();
              apply(intake.accept(WireTables.full(message.getTable())));
            }
          }
          case DELTA -> {
            if (isFromNow(message.getDelta().getEpoch())) {
              apply(intake.accept(WireTables.delta(message.getDelta())));
            }
          }
          case MESSAGE_NOT_SET -> log.debug("a message of a later version of Berth is passed over");
        }
      } catch (IllegalArgumentException unusable) {
        log.error("the scheduler sent a table that cannot be used; the old one stays", unusable);
        cancel("an unusable table");
      }
    }

    /** Leaves the stream when a later epoch than this was seen. */
    private boolean isFromNow(long epoch) {
      String reason;
      try {
        if (epochs.admit(epoch)) {
          return true;
        }
        reason = "epoch %d is over; epoch %d was seen here".formatted(epoch, epochs.seen());
      } catch (IOException disk) {
        reason = "epoch %d cannot be noted on this router's disk: %s".formatted(epoch, disk);
      }
      log.warn("the scheduler at {} is not obeyed: {}", schedulers.address(), reason);
      tabled = false;
      cancel(reason);
      return false;
    }

    @Override
    public void onError(Throwable cause) {
      over = true;
      Status status = Status.fromThrowable(cause);
      // Also after one that served: if its machine is gone, to ask it again would take seconds.
      boolean isAnotherTriedAtOnce = schedulers.moveOn(cause) && !tabled;
      ended(this, status.getCode() + " " + status.getDescription(), isAnotherTriedAtOnce);
    }

    @Override
    public void onCompleted() {
      over = true;
      ended(this, "the scheduler ended the stream", false);
    }
  }
}

package dev.berth.scheduler.control;

import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.store.Batch;
import dev.berth.scheduler.store.StateImage;
import dev.berth.scheduler.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The owner of the cluster state for one term of leadership.
 *
 * <p>One platform thread makes the passes; several may be on their way to the store. A second
 * thread lets them out in order, each after its commit: first the snapshot, then the subscribers,
 * then the answers. A failed commit or a fault of the loop ends the term; nothing of it is used
 * again. Instead of being started it can be turned, by one thread at a time: the simulation does
 * so. Thread-safe.
 */
public final class ControlLoop implements Control, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlLoop.class);
  private static final int MAX_BATCH = 20_000;
  private static final int MAX_WAITING = 20_000;

  /** Room that news leave to commands: agents tell again, people should not have to. */
  private static final int FOR_COMMANDS = 2_000;

  private static final int MAX_IN_FLIGHT = 16;

  private final Store store;
  private final InstantSource clock;
  private final Decider decider;
  private final BlockingQueue<Input> inbox = new LinkedBlockingQueue<>(MAX_WAITING);
  private final Beats beats = new Beats();
  private final Publisher publisher;
  private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);
  private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
  private final Thread thread;
  private final AtomicReference<@Nullable Replacing> replacing = new AtomicReference<>();
  private List<Input> current = List.of();

  public ControlLoop(
      Term term, Store store, Store.Loaded loaded, Placer placer, InstantSource clock) {
    this(term, store, loaded, placer, clock, answer -> Thread.ofVirtual().start(answer));
  }

  /** Whoever waits for an answer is told by {@code answering}, which must not hold up the loop. */
  public ControlLoop(
      Term term,
      Store store,
      Store.Loaded loaded,
      Placer placer,
      InstantSource clock,
      Executor answering) {
    this.store = store;
    this.clock = clock;
    this.decider = new Decider(term, loaded, placer);
    this.publisher = new Publisher(decider.last(), inFlight::release, this::end, answering);
    this.thread = Thread.ofPlatform().name("control-loop").unstarted(this::run);
  }

  public void start() {
    publisher.start();
    thread.start();
  }

  /** One pass, if there is anything to do, and without waiting; instead of {@link #start}. */
  public void turn() {
    publisher.turn();
    if (ended.isDone() || inFlight.availablePermits() == 0 || !isDue()) {
      return;
    }
    try {
      current = with(inbox.poll());
      pass();
      current = List.of();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error fault) {
      fail(fault);
    } finally {
      if (ended.isDone()) {
        refuse(current);
      }
    }
    publisher.turn();
  }

  /** When a turn is due though nothing was heard. */
  public Instant nextTurn() {
    return decider.nextLook();
  }

  private boolean isDue() {
    return !inbox.isEmpty() || !clock.instant().isBefore(decider.nextLook());
  }

  /** Completes when the term has ended, with the reason; the loop then does nothing any more. */
  public CompletionStage<Throwable> ended() {
    return ended.minimalCompletionStage();
  }

  @Override
  public CompletableFuture<Outcome> submit(Command command, Caller caller, Mutation mutation) {
    var answer = new CompletableFuture<Outcome>();
    if (ended.isDone()) {
      answer.complete(notLeading());
    } else if (!inbox.offer(new Input.Ask(command, caller, mutation, answer))) {
      answer.complete(busy());
    } else if (ended.isDone()) {
      refuseWaiting(); // it may have ended between the check and the offer
    }
    return answer;
  }

  @Override
  public boolean offer(Event event) {
    return !ended.isDone()
        && (beats.offer(event)
            || (inbox.size() < MAX_WAITING - FOR_COMMANDS && inbox.offer(new Input.News(event))));
  }

  @Override
  public Snapshot snapshot() {
    return publisher.snapshot();
  }

  @Override
  public StateImage image(Snapshot snapshot) {
    return store.image(
        new Store.Loaded(snapshot.state(), List.copyOf(snapshot.history().values())));
  }

  @Override
  public Subscription subscribe(Consumer<Published> subscriber) {
    return publisher.subscribe(subscriber);
  }

  @Override
  public CompletionStage<Long> replace(StateImage state, long epoch) {
    var asked = new Replacing(state, epoch, new CompletableFuture<>());
    if (!replacing.compareAndSet(null, asked)
        || !isEndedBy(new IllegalStateException("its state is replaced from a backup"))) {
      asked.done().completeExceptionally(new IllegalStateException("the term is over"));
    }
    return asked.done();
  }

  /** What the one who has the office is to do now that the term has ended. */
  Optional<Replacing> replacing() {
    return Optional.ofNullable(replacing.get());
  }

  /** Ends the term: no further pass, no further answer than that it is over. */
  public void end(Throwable reason) {
    var _ = isEndedBy(reason);
  }

  private boolean isEndedBy(Throwable reason) {
    boolean isFirst = ended.complete(reason);
    if (isFirst) {
      thread.interrupt();
      publisher.end();
      if (!thread.isAlive()) {
        refuseWaiting();
      }
    }
    return isFirst;
  }

  @Override
  public void close() {
    end(new IllegalStateException("the scheduler is stopping"));
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!ended.isDone()) {
        current = next();
        pass();
        current = List.of();
      }
    } catch (InterruptedException _) {
      // The term is over; what waits is refused below.
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error fault) {
      fail(fault);
    } finally {
      end(new IllegalStateException("the control loop has stopped"));
      refuse(current);
      refuseWaiting();
    }
  }

  private void fail(Throwable fault) {
    log.error("the control loop failed; its term of leadership ends", fault);
    end(fault);
  }

  /** Waits for something to do, at most until time alone demands a look. */
  private List<Input> next() throws InterruptedException {
    long nanos = Duration.between(clock.instant(), decider.nextLook()).toNanos();
    return with(nanos > 0 ? inbox.poll(nanos, TimeUnit.NANOSECONDS) : inbox.poll());
  }

  private List<Input> with(@Nullable Input first) {
    var inputs = new ArrayList<Input>();
    if (first != null) {
      inputs.add(first);
      inbox.drainTo(inputs, MAX_BATCH - 1);
    }
    var all = new ArrayList<Input>();
    beats.drainTo(all); // last drained and first taken: a stream's beats come before its end
    all.addAll(inputs);
    return all;
  }

  private void pass() throws InterruptedException {
    Pass pass = decider.decide(current, clock.instant());
    if (pass.isNothing()) {
      return;
    }
    inFlight.acquire();
    CompletionStage<@Nullable Void> commit =
        pass.isDurable()
            ? store.commit(new Batch(pass.published().changes(), pass.published().after().state()))
            : CompletableFuture.completedFuture(null);
    publisher.publish(pass, commit);
  }

  private void refuseWaiting() {
    var waiting = new ArrayList<Input>();
    inbox.drainTo(waiting);
    refuse(waiting);
  }

  private static void refuse(List<Input> inputs) {
    for (Input input : inputs) {
      if (input instanceof Input.Ask ask) {
        ask.answer().complete(termEnded());
      }
    }
  }

  private static Outcome notLeading() {
    return new Outcome.Refused(
        RefusalCode.NOT_LEADING,
        "",
        "this scheduler's term of leadership has ended",
        "ask again; nothing was changed");
  }

  static Outcome termEnded() {
    return new Outcome.Refused(
        RefusalCode.TERM_ENDED,
        "",
        "this scheduler's term of leadership ended before the answer was known",
        "ask again with the same idempotency key; look first whether the change was made");
  }

  private static Outcome busy() {
    return new Outcome.Refused(
        RefusalCode.BUSY,
        "",
        "the scheduler has %d requests waiting, as many as it takes".formatted(MAX_WAITING),
        "try again in a moment");
  }
}

package dev.berth.scheduler.control;

import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.store.StateImage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The cluster's owner as the edges see it, for one term of leadership.
 *
 * <p>Nothing that was not committed is ever shown. Thread-safe.
 */
public interface Control {
  /** Completes once the command is committed or refused; never exceptionally. */
  CompletableFuture<Outcome> submit(Command command, Caller caller, Mutation mutation);

  /** False when the loop is too busy to take it or its term has ended. */
  boolean offer(Event event);

  /**
   * Ends the term, and makes this the state that the next one begins from, in the epoch named or a
   * later one. Completes with that epoch; exceptionally if the state that there was is still there,
   * or if there is none any more.
   */
  CompletionStage<Long> replace(StateImage state, long epoch);

  /** The last committed state. */
  Snapshot snapshot();

  /** A committed state as it is stored; may take a second. */
  StateImage image(Snapshot snapshot);

  /**
   * Calls back after each committed pass, in order, on the loop's publishing thread: it must not
   * block. The first call comes at once, with {@code before} and {@code after} the same.
   */
  Subscription subscribe(Consumer<Published> subscriber);
}

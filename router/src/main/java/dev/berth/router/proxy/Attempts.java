package dev.berth.router.proxy;

import dev.berth.router.metrics.LoopCounters.Of;
import dev.berth.router.table.Pool;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which routes one request has tried, and whether it may try again.
 *
 * <p>At most {@value #MAX_TRIES} routes in a row; then a request may wait a moment for better times
 * and begin anew, until its hold is over. Sent twice only if the caller says that it may be.
 * Confined to one channel's event loop.
 */
final class Attempts {
  private static final int MAX_TRIES = 3;

  private final LoopState state;
  private final @Nullable LoopRoute[] tried = new LoopRoute[MAX_TRIES];
  private @Nullable LoopPool pool;
  private Failure lastFailure = Failure.H21;
  private int tries;
  private boolean resentKept;
  private boolean resentFresh;
  private boolean holding;

  Attempts(LoopState state) {
    this.state = state;
  }

  void begin(LoopPool from) {
    pool = from;
    lastFailure = Failure.H21;
    resentKept = false;
    resentFresh = false;
    forgetTried();
  }

  Pool pool() {
    return present().pool();
  }

  /** The next route to try; null if there is none left. */
  @Nullable LoopRoute next(long now) {
    if (tries == MAX_TRIES) {
      return null;
    }
    LoopRoute chosen = present().choose(tried, now, state.randomLong());
    if (chosen != null) {
      tried[tries++] = chosen;
    }
    return chosen;
  }

  boolean hasUntried() {
    return tries < MAX_TRIES && tries < pool().routes().size();
  }

  /** Starts over with the pool as it is now. */
  void again() {
    forgetTried();
    refresh();
  }

  /**
   * Whether the route was withdrawn while it was being connected to, and there is another: its
   * instance may be told to stop at any moment. Starts over if so.
   */
  boolean leaves(LoopRoute route) {
    if (route.isWithdrawn()) {
      again();
    }
    return route.isWithdrawn() && !pool().routes().isEmpty();
  }

  void refresh() {
    pool = state.current(present());
  }

  void failed(Failure failure) {
    lastFailure = failure;
    state.counters().add(Of.RETRIES, 1);
  }

  Failure lastFailure() {
    return lastFailure;
  }

  /**
   * Whether a request that was sent and not answered may be sent once more.
   *
   * <p>A kept connection was probably closed while the request was on its way, so that is worth one
   * try on a new one; an instance that dies over the request itself is given no third victim.
   */
  boolean maySendAgain(boolean overKeptConnection) {
    boolean before = overKeptConnection ? resentKept : resentFresh;
    resentKept |= overKeptConnection;
    resentFresh |= !overKeptConnection;
    return !before;
  }

  /** Whether the request may wait on; the place in the waiting room is kept until the end. */
  boolean hold(long sinceNanos) {
    boolean inTime = state.now() - sinceNanos < state.timeouts().hold().toNanos();
    if (inTime && !holding) {
      holding = state.hold();
    }
    return inTime && holding;
  }

  void end() {
    pool = null;
    forgetTried();
    if (holding) {
      holding = false;
      state.release();
    }
  }

  private void forgetTried() {
    Arrays.fill(tried, null);
    tries = 0;
  }

  private LoopPool present() {
    if (pool == null) {
      throw new IllegalStateException("the request has no pool yet");
    }
    return pool;
  }
}

package dev.berth.bench.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Waits for conditions of other processes, which nothing here could announce.
 *
 * <p>Looks every few milliseconds and gives up at a deadline. Thread-safe.
 */
public final class Deadline {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final LongSupplier nanoTime;

  public Deadline(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** How long it took; fails when the condition did not hold within the limit. */
  public Duration until(String what, Duration limit, BooleanSupplier condition) {
    long start = nanoTime.getAsLong();
    find(what, limit, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    return Duration.ofNanos(nanoTime.getAsLong() - start);
  }

  /** The first value found. */
  public <T> T find(String what, Duration limit, Supplier<Optional<T>> search) {
    long start = nanoTime.getAsLong();
    while (true) {
      Optional<T> found = search.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (nanoTime.getAsLong() - start > limit.toNanos()) {
        throw new AssertionError("not within " + limit.toMillis() + " ms: " + what);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** True when the condition held all the time. */
  public boolean holdsFor(Duration time, BooleanSupplier condition) {
    long start = nanoTime.getAsLong();
    while (nanoTime.getAsLong() - start < time.toNanos()) {
      if (!condition.getAsBoolean()) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }
}

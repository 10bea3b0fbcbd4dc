package dev.berth.scheduler;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

/**
 * The time of day as it was at the start, and from then on only the time that has passed: it never
 * goes back or jumps, whatever is done to the host's clock. In whole milliseconds, as times are
 * stored. Immutable.
 */
public final class SteadyClock implements InstantSource {
  private final Instant start;
  private final LongSupplier nanos;
  private final long startNanos;

  public SteadyClock(Instant start, LongSupplier nanos) {
    this.start = start;
    this.nanos = nanos;
    this.startNanos = nanos.getAsLong();
  }

  @Override
  public Instant instant() {
    return start.plusNanos(nanos.getAsLong() - startNanos).truncatedTo(ChronoUnit.MILLIS);
  }
}

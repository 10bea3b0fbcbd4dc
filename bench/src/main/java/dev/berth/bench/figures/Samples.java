package dev.berth.bench.figures;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;

/** Durations of one thing done many times. Never empty. Immutable. */
public final class Samples {
  private final long[] sortedNanos;

  private Samples(long[] sortedNanos) {
    this.sortedNanos = sortedNanos;
  }

  public static Samples of(Collection<Duration> durations) {
    if (durations.isEmpty()) {
      throw new IllegalArgumentException("there must be at least 1 sample");
    }
    return new Samples(durations.stream().mapToLong(Duration::toNanos).sorted().toArray());
  }

  public int count() {
    return sortedNanos.length;
  }

  /** The smallest sample that at least this share of all do not exceed. */
  public double percentileMillis(double share) {
    if (share <= 0 || share > 1) {
      throw new IllegalArgumentException("a share is above 0 and at most 1, not " + share);
    }
    int rank = (int) Math.ceil(share * sortedNanos.length);
    return sortedNanos[rank - 1] / 1e6;
  }

  public double meanMillis() {
    return Arrays.stream(sortedNanos).average().orElseThrow() / 1e6;
  }
}

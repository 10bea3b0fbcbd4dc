package dev.berth.router.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * What one event loop counts of one route until it is taken.
 *
 * <p>Counting allocates nothing: 16 buckets of time, the first below 1 ms and each next twice as
 * wide. Confined to one event loop.
 */
public final class RouteTally {
  static final int BUCKETS = 16;
  private static final long FIRST_NANOS = 1_000_000L;
  private static final int SERVER_ERROR = 500;

  private final long placementId;
  private final LoopTallies tallies;
  private final int[] latency = new int[BUCKETS];
  private int failed;
  private int errors;
  private boolean isListed;

  RouteTally(long placementId, LoopTallies tallies) {
    this.placementId = placementId;
    this.tallies = tallies;
  }

  /** The head of an answer came so long after the request was sent. */
  public void answered(int status, long nanos) {
    list();
    latency[bucket(nanos)]++;
    failed += status >= SERVER_ERROR ? 1 : 0;
  }

  /** It was asked and gave no whole answer. */
  public void erred() {
    list();
    errors++;
  }

  static int bucket(long nanos) {
    long whole = Math.max(0, nanos) / FIRST_NANOS;
    return Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(whole));
  }

  private void list() {
    if (!isListed) {
      isListed = true;
      tallies.add(this);
    }
  }

  /** Hands over what was counted and begins anew. */
  RouteSignals take() {
    List<Long> taken = new ArrayList<>(BUCKETS);
    int last = BUCKETS - 1;
    while (last >= 0 && latency[last] == 0) {
      last--;
    }
    for (int bucket = 0; bucket <= last; bucket++) {
      taken.add((long) latency[bucket]);
      latency[bucket] = 0;
    }
    var signals = new RouteSignals(placementId, failed, errors, taken);
    failed = 0;
    errors = 0;
    isListed = false;
    return signals;
  }
}

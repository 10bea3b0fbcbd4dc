package dev.berth.scheduler.state;

/**
 * What routers counted of some instances over some time: answers by their status and latency, and
 * what was not answered. Immutable.
 */
public final class Traffic {
  /**
   * Of latency. The first holds what took below 1 ms, each next what took below twice as long, the
   * last all of 16,384 ms and above.
   */
  public static final int BUCKETS = 16;

  public static final Traffic NONE = new Traffic(0, 0, new long[BUCKETS]);
  private static final long FIRST_MICROS = 1000;

  private final long failed;
  private final long errors;
  private final long answers;
  private final long[] latency;

  /**
   * @param failed answers of the app with a status of 500 or above
   * @param errors times that an instance gave no whole answer
   * @param latency answers in each bucket; copied
   */
  public Traffic(long failed, long errors, long[] latency) {
    if (latency.length != BUCKETS) {
      throw new IllegalArgumentException("traffic has 16 buckets, not " + latency.length);
    }
    this.failed = failed;
    this.errors = errors;
    this.latency = latency.clone();
    long sum = 0;
    for (long count : latency) {
      sum += count;
    }
    this.answers = sum;
  }

  public long requests() {
    return answers + errors;
  }

  public long answers() {
    return answers;
  }

  public long failed() {
    return failed;
  }

  public long errors() {
    return errors;
  }

  /** All that no client wanted to see. */
  public long bad() {
    return failed + errors;
  }

  /** Bad ones in a thousand requests; 0 without any. */
  public long badPermille() {
    return requests() == 0 ? 0 : bad() * 1000 / requests();
  }

  /**
   * So many of a hundred answers came within this time; 0 without any. Evenly spread within a
   * bucket, so it is right to about a third.
   */
  public long latencyMicros(int percent) {
    double rank = answers * percent / 100.0;
    long below = 0;
    for (int bucket = 0; bucket < BUCKETS && answers > 0; bucket++) {
      if (latency[bucket] > 0 && below + latency[bucket] >= rank) {
        long from = bucket == 0 ? 0 : FIRST_MICROS << (bucket - 1);
        long width = bucket == 0 ? FIRST_MICROS : from;
        return from + (long) (width * Math.max(0, rank - below) / latency[bucket]);
      }
      below += latency[bucket];
    }
    return 0;
  }

  public Traffic plus(Traffic other) {
    long[] sum = latency.clone();
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      sum[bucket] += other.latency[bucket];
    }
    return new Traffic(failed + other.failed, errors + other.errors, sum);
  }
}

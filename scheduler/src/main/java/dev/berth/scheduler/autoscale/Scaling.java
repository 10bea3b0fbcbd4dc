package dev.berth.scheduler.autoscale;

import dev.berth.scheduler.state.Autoscale;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides the next count of one process type: up fast, down slowly.
 *
 * <p>Up at once when the target is missed by more than a tenth, at most doubling, then not again
 * before the change shows in the traffic. Down only after five minutes in which less would have
 * done, by a tenth at a time. What once was too much for an instance is remembered for an hour, so
 * that a latency target does not make it try the same step down again and again. Remembers what it
 * needs from one decision to the next and nothing durable: a new leader waits like a new one.
 * Confined to its owner.
 */
public final class Scaling {
  /** The traffic of the last 30 s must all be from after a change. */
  static final Duration SETTLING = Duration.ofSeconds(45);

  static final Duration DOWN_AFTER = Duration.ofMinutes(5);
  static final Duration BETWEEN_DOWNS = Duration.ofMinutes(1);
  static final Duration LIMIT_KEPT = Duration.ofHours(1);
  private static final double TOLERANCE = 1.1;

  /** So much of the target is left free after a step down. */
  private static final double HEADROOM = 0.9;

  /** Below this share of the latency target fewer instances may do. */
  private static final double IDLE = 0.5;

  private static final long FEWEST_ANSWERS = 20;

  private Instant changedAt;
  private @Nullable Instant lessWouldDoSince;
  private double tooMuch = Double.POSITIVE_INFINITY; // requests per second and instance
  private Instant tooMuchAt = Instant.MIN;

  /** Nothing is decided before the time from which on the traffic can be trusted. */
  public Scaling(Instant now) {
    this.changedAt = now;
  }

  /** A count that should be wanted now, and why. */
  public record Step(int count, String words) {}

  /**
   * What is known at the moment.
   *
   * @param count wanted, and running but for what never came up
   * @param isWhole whether all have told who tell of it, for the whole time
   * @param load of all instances together, in the measure's unit; for what routers do not tell
   */
  public record Seen(int count, Traffic recent, boolean isWhole, Instant now, double load) {
    public Seen(int count, Traffic recent, boolean isWhole, Instant now) {
      this(count, recent, isWhole, now, 0);
    }

    double perSecond() {
      return (double) recent.requests() / Signals.RECENT.toSeconds();
    }
  }

  /** Null while all may stay as it is. */
  public @Nullable Step next(Autoscale policy, Seen seen) {
    int inBounds = policy.clamped(seen.count());
    if (inBounds != seen.count()) {
      return changed(new Step(inBounds, "the bounds are " + policy.words()), seen);
    }
    if (seen.now().isBefore(changedAt.plus(SETTLING))) {
      return null;
    }
    if (!seen.now().isBefore(tooMuchAt.plus(LIMIT_KEPT))) {
      tooMuch = Double.POSITIVE_INFINITY;
    }
    int needed = policy.clamped(needed(policy, seen));
    if (needed > seen.count()) {
      lessWouldDoSince = null;
      int bounded = Math.min(needed, seen.count() * 2);
      return changed(new Step(bounded, words(policy, seen)), seen);
    }
    return down(policy, seen);
  }

  private int needed(Autoscale policy, Seen seen) {
    return switch (policy.measure()) {
      case REQUESTS -> needed(seen.perSecond(), policy, seen.count());
      case CPU_PERCENT, QUEUE -> needed(seen.load(), policy, seen.count());
      case P95_MILLIS -> {
        double share = share(policy, seen);
        if (share <= TOLERANCE || seen.recent().answers() < FEWEST_ANSWERS) {
          yield seen.count();
        }
        tooMuch = Math.min(tooMuch, seen.perSecond() / seen.count());
        tooMuchAt = seen.now();
        yield (int) Math.ceil(seen.count() * Math.min(share, 2));
      }
    };
  }

  private static int needed(double all, Autoscale policy, int count) {
    boolean isMissed = all > count * policy.target() * TOLERANCE;
    return isMissed ? (int) Math.min(Integer.MAX_VALUE, Math.ceil(all / policy.target())) : count;
  }

  private @Nullable Step down(Autoscale policy, Seen seen) {
    int fewer = seen.count() - Math.max(1, seen.count() / 10);
    fewer = policy.clamped(fewer);
    if (fewer == seen.count() || !seen.isWhole() || !wouldDo(policy, seen, fewer)) {
      lessWouldDoSince = null;
      return null;
    }
    if (lessWouldDoSince == null) {
      lessWouldDoSince = seen.now();
    }
    boolean isLong = !seen.now().isBefore(lessWouldDoSince.plus(DOWN_AFTER));
    boolean isApart = !seen.now().isBefore(changedAt.plus(BETWEEN_DOWNS));
    return isLong && isApart ? changed(new Step(fewer, words(policy, seen)), seen) : null;
  }

  private boolean wouldDo(Autoscale policy, Seen seen, int fewer) {
    double each = seen.perSecond() / fewer;
    return switch (policy.measure()) {
      case REQUESTS -> each <= policy.target() * HEADROOM;
      case CPU_PERCENT, QUEUE -> seen.load() / fewer <= policy.target() * HEADROOM;
      case P95_MILLIS -> share(policy, seen) < IDLE && each < tooMuch * HEADROOM;
    };
  }

  private static double share(Autoscale policy, Seen seen) {
    return seen.recent().latencyMicros(95) / (policy.target() * 1000.0);
  }

  private Step changed(Step step, Seen seen) {
    changedAt = seen.now();
    return step;
  }

  private static String words(Autoscale policy, Seen seen) {
    String load =
        switch (policy.measure()) {
          case REQUESTS, P95_MILLIS ->
              String.format(
                  Locale.ROOT,
                  "%.1f requests/s, p95 %d ms over %d s",
                  seen.perSecond(),
                  seen.recent().latencyMicros(95) / 1000,
                  Signals.RECENT.toSeconds());
          case CPU_PERCENT ->
              String.format(
                  Locale.ROOT, "cpu %.0f%% of the size on average", seen.load() / seen.count());
          case QUEUE -> String.format(Locale.ROOT, "%.0f jobs wait", seen.load());
        };
    return load + "; bounds and target are " + policy.words();
  }
}

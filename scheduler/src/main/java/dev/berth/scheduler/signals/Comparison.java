package dev.berth.scheduler.signals;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.util.function.Predicate;

/**
 * Is what is new worse than what it replaces, by what the routers saw of both?
 *
 * <p>Says so only with enough requests to both; too few of either, and nothing is concluded. The
 * margins are wide enough for chance and for a cold start, and stated in docs/bases.md.
 */
public record Comparison(Traffic fresh, Traffic old) {
  /** Of each; below it nothing is concluded. */
  public static final long FEWEST_REQUESTS = 20;

  /** Of what is new; fewer bad answers may be chance. */
  public static final long FEWEST_BAD = 5;

  /** In a thousand requests: so many more of what is new may be bad. */
  public static final long MARGIN_PERMILLE = 20;

  /** Of each, before latencies are compared. */
  public static final long FEWEST_ANSWERS = 500;

  /** The 95th percentile may be so many times as high, and then some. */
  public static final long SLOWER_TIMES = 2;

  public static final long SLOWER_MICROS = 100_000;

  private static final int PERCENTILE = 95;

  public static final Comparison NONE = new Comparison(Traffic.NONE, Traffic.NONE);

  /** Release {@code fresh} of an app with its release {@code old}, over all process types. */
  public static Comparison ofReleases(Signals signals, AppId app, int fresh, int old) {
    return new Comparison(
        sum(signals, app, row -> row.release() == fresh),
        sum(signals, app, row -> row.release() == old));
  }

  /** One release of an app on base version {@code fresh} with the same release on {@code old}. */
  public static Comparison ofBases(Signals signals, AppId app, int release, int fresh, int old) {
    return new Comparison(
        sum(signals, app, row -> row.release() == release && row.baseVersion() == fresh),
        sum(signals, app, row -> row.release() == release && row.baseVersion() == old));
  }

  private static Traffic sum(Signals signals, AppId app, Predicate<Signals.Row> which) {
    Traffic sum = Traffic.NONE;
    for (Signals.Row row : signals.of(app)) {
      if (which.test(row)) {
        sum = sum.plus(row.whole());
      }
    }
    return sum;
  }

  public Comparison plus(Comparison other) {
    return new Comparison(fresh.plus(other.fresh), old.plus(other.old));
  }

  /** Have both had enough requests to tell? */
  public boolean isKnown() {
    return fresh.requests() >= FEWEST_REQUESTS && old.requests() >= FEWEST_REQUESTS;
  }

  public boolean isWorse() {
    return isKnown() && (failsMore() || isSlower());
  }

  private boolean failsMore() {
    return fresh.bad() >= FEWEST_BAD && fresh.badPermille() > old.badPermille() + MARGIN_PERMILLE;
  }

  private boolean isSlower() {
    return fresh.answers() >= FEWEST_ANSWERS
        && old.answers() >= FEWEST_ANSWERS
        && fresh.latencyMicros(PERCENTILE)
            > SLOWER_TIMES * old.latencyMicros(PERCENTILE) + SLOWER_MICROS;
  }

  /** "5xx or no answer: 40 of 60 requests, before 0 of 900", or of latency. */
  public String words() {
    if (!failsMore() && isSlower()) {
      return "p95 latency is %d ms, before %d ms"
          .formatted(fresh.latencyMicros(PERCENTILE) / 1000, old.latencyMicros(PERCENTILE) / 1000);
    }
    return "5xx or no answer: %d of %d requests, before %d of %d"
        .formatted(fresh.bad(), fresh.requests(), old.bad(), old.requests());
  }
}

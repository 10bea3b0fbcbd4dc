package dev.berth.router.balance;

/**
 * What one event loop knows of one route: requests in flight, and whether it has just failed.
 *
 * <p>Each failure in a row puts the route aside for twice as long, from 1 s to 30 s; one success
 * forgets them. Confined to one event loop.
 */
public final class RouteLoad {
  static final long FIRST_ASIDE_NANOS = 1_000_000_000L;
  static final long MAX_ASIDE_NANOS = 30_000_000_000L;

  private int inFlight;
  private int failures;
  private long asideUntilNanos;

  public void begin() {
    inFlight++;
  }

  public void end() {
    inFlight--;
  }

  public void succeeded() {
    failures = 0;
  }

  public void failed(long nowNanos) {
    long aside = FIRST_ASIDE_NANOS << Math.min(failures, 5);
    failures++;
    asideUntilNanos = nowNanos + Math.min(aside, MAX_ASIDE_NANOS);
  }

  public boolean isAside(long nowNanos) {
    return failures > 0 && nowNanos - asideUntilNanos < 0;
  }

  public int inFlight() {
    return inFlight;
  }
}

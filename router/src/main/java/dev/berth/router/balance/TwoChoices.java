package dev.berth.router.balance;

/**
 * Chooses the less busy of two routes drawn at random.
 *
 * <p>Passes over routes that this request has tried and routes that are put aside, but rather takes
 * one that is aside than none: the last route is never ejected.
 */
public final class TwoChoices {
  private static final int DRAWS = 3;

  private TwoChoices() {}

  /** Which routes a request has tried already. */
  public interface Tried {
    boolean has(int index);
  }

  /** The index of the route, or -1 if the request has tried them all. */
  public static int choose(RouteLoad[] loads, Tried tried, long nowNanos, long random) {
    int count = loads.length;
    if (count == 0) {
      return -1;
    }
    long rest = random;
    for (int draw = 0; draw < DRAWS; draw++) {
      int first = bounded(rest, count);
      int second = count == 1 ? first : other(first, bounded(rest >>> 20, count - 1));
      int best = better(loads, tried, nowNanos, first, second);
      if (best >= 0) {
        return best;
      }
      rest = rest * 0x5851F42D4C957F2DL + 0x14057B7EF767814FL;
    }
    return firstUsable(loads, tried, nowNanos, bounded(rest, count));
  }

  private static int bounded(long random, int bound) {
    return (int) (((random & 0xFFFFF) * bound) >>> 20);
  }

  private static int other(int first, int drawn) {
    return drawn < first ? drawn : drawn + 1;
  }

  private static int better(RouteLoad[] loads, Tried tried, long nowNanos, int first, int second) {
    boolean firstFits = !tried.has(first) && !loads[first].isAside(nowNanos);
    boolean secondFits = !tried.has(second) && !loads[second].isAside(nowNanos);
    if (firstFits && secondFits) {
      return loads[second].inFlight() < loads[first].inFlight() ? second : first;
    }
    if (firstFits) {
      return first;
    }
    return secondFits ? second : -1;
  }

  private static int firstUsable(RouteLoad[] loads, Tried tried, long nowNanos, int from) {
    int aside = -1;
    for (int i = 0; i < loads.length; i++) {
      int index = (from + i) % loads.length;
      if (!tried.has(index)) {
        if (!loads[index].isAside(nowNanos)) {
          return index;
        }
        aside = aside < 0 ? index : aside;
      }
    }
    return aside;
  }
}

package dev.berth.router.metrics;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The routes of one event loop that had traffic since they were asked; those of withdrawn routes
 * are not lost. Confined to one event loop.
 */
public final class LoopTallies {
  private final ArrayDeque<RouteTally> withTraffic = new ArrayDeque<>();

  /** A tally for a route of this loop. */
  public RouteTally of(long placementId) {
    return new RouteTally(placementId, this);
  }

  void add(RouteTally tally) {
    withTraffic.addLast(tally);
  }

  /** The oldest first; the rest keeps counting and comes next time. */
  public List<RouteSignals> take(int atMost) {
    List<RouteSignals> taken = new ArrayList<>(Math.min(atMost, withTraffic.size()));
    for (int i = Math.min(atMost, withTraffic.size()); i > 0; i--) {
      taken.add(withTraffic.removeFirst().take());
    }
    return taken;
  }
}

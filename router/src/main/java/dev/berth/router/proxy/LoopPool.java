package dev.berth.router.proxy;

import dev.berth.router.balance.RouteLoad;
import dev.berth.router.balance.TwoChoices;
import dev.berth.router.metrics.LoopTallies;
import dev.berth.router.table.Pool;
import dev.berth.router.table.Route;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One pool as one event loop uses it. A route that stays keeps its load and its connections.
 *
 * <p>Confined to one event loop.
 */
final class LoopPool {
  private static final LoopRoute[] NO_ROUTES = new LoopRoute[0];

  private final int maxIdle;
  private final LoopTallies tallies;
  private Pool pool;
  private LoopRoute[] routes = NO_ROUTES;
  private RouteLoad[] loads = new RouteLoad[0];

  LoopPool(Pool pool, int maxIdle, LoopTallies tallies) {
    this.pool = pool;
    this.maxIdle = maxIdle;
    this.tallies = tallies;
    var _ = refresh(pool, 0); // there is nothing yet to withdraw
  }

  Pool pool() {
    return pool;
  }

  /** Whether it shows this very state of the pool; comparing contents would cost too much here. */
  @SuppressWarnings("ReferenceEquality") // identity is the question
  boolean has(Pool other) {
    return pool == other;
  }

  /** The route for a request that has tried some already; null if none is left to try. */
  @Nullable LoopRoute choose(@Nullable LoopRoute[] tried, long nowNanos, long random) {
    LoopRoute[] all = routes;
    int index = TwoChoices.choose(loads, i -> contains(tried, all[i]), nowNanos, random);
    return index < 0 ? null : all[index];
  }

  /** The routes that it no longer has. */
  Collection<LoopRoute> refresh(Pool next, long nowNanos) {
    Map<Route, LoopRoute> before = new HashMap<>();
    for (LoopRoute route : routes) {
      before.put(route.route(), route);
    }
    LoopRoute[] after = new LoopRoute[next.routes().size()];
    RouteLoad[] afterLoads = new RouteLoad[after.length];
    for (int i = 0; i < after.length; i++) {
      Route route = next.routes().get(i);
      LoopRoute kept = before.remove(route);
      after[i] = kept == null ? new LoopRoute(route, maxIdle, tallies) : kept;
      afterLoads[i] = after[i].load();
    }
    pool = next;
    routes = after;
    loads = afterLoads;
    before.values().forEach(route -> route.withdraw(nowNanos));
    return before.values();
  }

  void closeIdle(long nowNanos, long maxAgeNanos) {
    for (LoopRoute route : routes) {
      route.closeIdle(nowNanos, maxAgeNanos);
    }
  }

  private static boolean contains(@Nullable LoopRoute[] tried, LoopRoute route) {
    for (LoopRoute one : tried) {
      if (one == route) {
        return true;
      }
    }
    return false;
  }
}

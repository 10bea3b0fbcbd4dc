package dev.berth.router.proxy;

import dev.berth.router.balance.RouteLoad;
import dev.berth.router.metrics.LoopTallies;
import dev.berth.router.metrics.RouteTally;
import dev.berth.router.table.Route;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One route as one event loop uses it: its load and the connections that wait for work.
 *
 * <p>Keeps at most so many idle connections, and none once the route is withdrawn. Confined to one
 * event loop.
 */
final class LoopRoute {
  private final Route route;
  private final InetSocketAddress address;
  private final int maxIdle;
  private final RouteLoad load = new RouteLoad();
  private final RouteTally tally;
  private final ArrayDeque<UpstreamHandler> idle = new ArrayDeque<>();
  private boolean withdrawn;
  private long withdrawnNanos;

  LoopRoute(Route route, int maxIdle, LoopTallies tallies) {
    this.route = route;
    this.maxIdle = maxIdle;
    this.tally = tallies.of(route.placementId());
    this.address = resolved(route);
  }

  private static InetSocketAddress resolved(Route route) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(route.address());
    if (bytes == null) {
      throw new IllegalArgumentException(
          "route "
              + route.instance()
              + " has address "
              + route.address()
              + ", which is no literal");
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), route.port());
    } catch (UnknownHostException impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }

  Route route() {
    return route;
  }

  InetSocketAddress address() {
    return address;
  }

  RouteLoad load() {
    return load;
  }

  /** The head of an answer came so long after the request was sent. */
  void answered(int status, long nanos) {
    load.succeeded();
    tally.answered(status, nanos);
  }

  /** It was asked and gave no whole answer. */
  void erred() {
    tally.erred();
  }

  /** A connection that was used last not longer ago than the age, the most recent first. */
  @Nullable UpstreamHandler takeIdle(long nowNanos, long maxAgeNanos) {
    UpstreamHandler newest = idle.peekLast();
    if (newest == null || nowNanos - newest.idleSinceNanos() > maxAgeNanos) {
      return null;
    }
    return idle.pollLast();
  }

  /** Keeps the connection for the next request; false if it is not wanted. */
  boolean keep(UpstreamHandler connection) {
    if (withdrawn || idle.size() >= maxIdle) {
      return false;
    }
    idle.addLast(connection);
    return true;
  }

  void forget(UpstreamHandler connection) {
    idle.remove(connection);
  }

  void closeIdle(long nowNanos, long maxAgeNanos) {
    for (UpstreamHandler oldest = idle.peekFirst();
        oldest != null && nowNanos - oldest.idleSinceNanos() > maxAgeNanos;
        oldest = idle.peekFirst()) {
      idle.pollFirst();
      oldest.close();
    }
  }

  boolean isWithdrawn() {
    return withdrawn;
  }

  /** Once withdrawn: are the requests that were in flight over, or have they had so long? */
  boolean isLetGo(long nowNanos, long atMostNanos) {
    return load.inFlight() == 0 || nowNanos - withdrawnNanos >= atMostNanos;
  }

  /** No request starts here any more; those in flight end as they will. */
  void withdraw(long nowNanos) {
    withdrawn = true;
    withdrawnNanos = nowNanos;
    for (UpstreamHandler connection = idle.poll(); connection != null; connection = idle.poll()) {
      connection.close();
    }
  }
}

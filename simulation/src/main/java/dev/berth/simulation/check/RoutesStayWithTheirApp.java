package dev.berth.simulation.check;

import dev.berth.router.table.Pool;
import dev.berth.router.table.Route;
import dev.berth.router.table.RouteTable;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.cluster.SimRouter;
import dev.berth.simulation.host.Container;
import java.util.HashMap;
import java.util.Map;

/**
 * S10, S11: no address in a router's table belongs to another placement than it was given for, and
 * so no request reaches an instance of another app.
 */
final class RoutesStayWithTheirApp extends Invariant {
  private final Map<String, Container> byAddress = new HashMap<>();

  RoutesStayWithTheirApp(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    switch (happening) {
      case Happening.Started(_, Container container) -> {
        byAddress.put(container.address(), container);
        for (SimRouter router : cluster().routers()) {
          if (router.isAlive()) {
            Tables.each(router.inForce(), (pool, route) -> compare(router.name(), pool, route));
          }
        }
      }
      case Happening.Ended(_, Container container) ->
          byAddress.remove(container.address(), container);
      case Happening.TableUsed(String router, RouteTable table) ->
          Tables.each(table, (pool, route) -> compare(router, pool, route));
      default -> {}
    }
  }

  private void compare(String router, Pool pool, Route route) {
    Container container = byAddress.get(route.address());
    if (container == null) {
      return;
    }
    String app = container.instance().tenant() + "/" + container.instance().app() + "/";
    require(
        pool.id().startsWith(app),
        "%s sends requests for %s to %s, where %s runs",
        router,
        pool.id(),
        route.address(),
        container.instance());
    require(
        route.placementId() == container.placement(),
        "%s leads to %s for placement %d; it is of %d now",
        router,
        route.address(),
        route.placementId(),
        container.placement());
  }
}

package dev.berth.simulation.check;

import dev.berth.router.table.Pool;
import dev.berth.router.table.Route;
import dev.berth.router.table.RouteTable;
import java.util.List;
import java.util.function.BiConsumer;

/** Looks through routers' tables. */
final class Tables {
  private Tables() {}

  static boolean leadsTo(RouteTable table, long placement) {
    List<Pool> pools = table.full().pools();
    return pools.stream()
        .anyMatch(
            pool -> pool.routes().stream().anyMatch(route -> route.placementId() == placement));
  }

  static void each(RouteTable table, BiConsumer<Pool, Route> look) {
    for (Pool pool : table.full().pools()) {
      for (Route route : pool.routes()) {
        look.accept(pool, route);
      }
    }
  }
}

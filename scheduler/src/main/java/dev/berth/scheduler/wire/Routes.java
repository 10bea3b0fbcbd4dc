package dev.berth.scheduler.wire;

import dev.berth.proto.v1.Host;
import dev.berth.scheduler.routes.Pool;
import dev.berth.scheduler.routes.Route;
import dev.berth.scheduler.routes.RouteTable;
import dev.berth.scheduler.state.ProcessTypeId;

/** What a router is told. Pure. */
public final class Routes {
  private Routes() {}

  public static dev.berth.proto.v1.RouteTable table(long epoch, RouteTable table) {
    dev.berth.proto.v1.RouteTable.Builder full =
        dev.berth.proto.v1.RouteTable.newBuilder()
            .setEpoch(epoch)
            .setVersion(table.version())
            .setPoolCount(table.pools().size())
            .setHostCount(table.hosts().size());
    table.pools().values().forEach(pool -> full.addPools(pool(pool)));
    table.hosts().forEach((hostname, pool) -> full.addHosts(host(hostname, pool)));
    return full.build();
  }

  public static dev.berth.proto.v1.Pool pool(Pool pool) {
    dev.berth.proto.v1.Pool.Builder built =
        dev.berth.proto.v1.Pool.newBuilder()
            .setId(pool.id().toString())
            .setEmptiness(
                switch (pool.emptiness()) {
                  case NOT_EMPTY -> dev.berth.proto.v1.Pool.Emptiness.NOT_EMPTY;
                  case NO_INSTANCES -> dev.berth.proto.v1.Pool.Emptiness.NO_INSTANCES;
                  case CRASHED -> dev.berth.proto.v1.Pool.Emptiness.CRASHED;
                  case BOOTING -> dev.berth.proto.v1.Pool.Emptiness.BOOTING;
                });
    pool.routes().forEach(route -> built.addRoutes(route(route)));
    return built.build();
  }

  public static Host host(String hostname, ProcessTypeId pool) {
    return Host.newBuilder().setHostname(hostname).setPoolId(pool.toString()).build();
  }

  private static dev.berth.proto.v1.Route route(Route route) {
    return dev.berth.proto.v1.Route.newBuilder()
        .setPlacementId(route.placement().value())
        .setIncarnation(route.incarnation())
        .setAddress(route.address())
        .setPort(route.port())
        .setInstance(route.instance().shortName())
        .build();
  }
}

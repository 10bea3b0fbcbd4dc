package dev.berth.router.feed;

import dev.berth.proto.v1.Host;
import dev.berth.proto.v1.RouteDelta;
import dev.berth.router.table.Delta;
import dev.berth.router.table.Emptiness;
import dev.berth.router.table.FullTable;
import dev.berth.router.table.HostEntry;
import dev.berth.router.table.Pool;
import dev.berth.router.table.Route;
import io.netty.util.NetUtil;
import java.util.List;

/** Turns messages into tables and back; what cannot be a table is an IllegalArgumentException. */
final class WireTables {
  private WireTables() {}

  static FullTable full(dev.berth.proto.v1.RouteTable message) {
    return new FullTable(
        message.getEpoch(),
        message.getVersion(),
        pools(message.getPoolsList()),
        hosts(message.getHostsList()),
        message.getPoolCount(),
        message.getHostCount());
  }

  static Delta delta(RouteDelta message) {
    return new Delta(
        message.getEpoch(),
        message.getFromVersion(),
        message.getVersion(),
        pools(message.getPoolsList()),
        message.getRemovedPoolsList(),
        hosts(message.getHostsList()),
        message.getRemovedHostsList());
  }

  static dev.berth.proto.v1.RouteTable message(FullTable full) {
    dev.berth.proto.v1.RouteTable.Builder message =
        dev.berth.proto.v1.RouteTable.newBuilder()
            .setEpoch(full.epoch())
            .setVersion(full.version())
            .setPoolCount(full.poolCount())
            .setHostCount(full.hostCount());
    full.pools().forEach(pool -> message.addPools(message(pool)));
    full.hosts()
        .forEach(host ->
            message.addHosts(
                Host.newBuilder().setHostname(host.hostname()).setPoolId(host.poolId())));
    return message.build();
  }

  private static dev.berth.proto.v1.Pool message(Pool pool) {
    dev.berth.proto.v1.Pool.Builder message =
        dev.berth.proto.v1.Pool.newBuilder()
            .setId(pool.id())
            .setEmptiness(
                switch (pool.emptiness()) {
                  case NOT_EMPTY -> dev.berth.proto.v1.Pool.Emptiness.NOT_EMPTY;
                  case NO_INSTANCES -> dev.berth.proto.v1.Pool.Emptiness.NO_INSTANCES;
                  case CRASHED -> dev.berth.proto.v1.Pool.Emptiness.CRASHED;
                  case BOOTING -> dev.berth.proto.v1.Pool.Emptiness.BOOTING;
                });
    for (Route route : pool.routes()) {
      message.addRoutes(
          dev.berth.proto.v1.Route.newBuilder()
              .setPlacementId(route.placementId())
              .setIncarnation(route.incarnation())
              .setAddress(route.address())
              .setPort(route.port())
              .setInstance(route.instance()));
    }
    return message.build();
  }

  private static List<Pool> pools(List<dev.berth.proto.v1.Pool> messages) {
    return messages.stream().map(WireTables::pool).toList();
  }

  private static Pool pool(dev.berth.proto.v1.Pool message) {
    Emptiness emptiness =
        switch (message.getEmptiness()) {
          case NOT_EMPTY -> Emptiness.NOT_EMPTY;
          case CRASHED -> Emptiness.CRASHED;
          case BOOTING -> Emptiness.BOOTING;
          case NO_INSTANCES, UNRECOGNIZED -> Emptiness.NO_INSTANCES;
        };
    List<Route> routes = message.getRoutesList().stream().map(WireTables::route).toList();
    return new Pool(message.getId(), routes, emptiness);
  }

  private static Route route(dev.berth.proto.v1.Route message) {
    if (NetUtil.createByteArrayFromIpAddressString(message.getAddress()) == null) {
      throw new IllegalArgumentException(
          "route "
              + message.getInstance()
              + " has address \""
              + message.getAddress()
              + "\", which is no IPv4 or IPv6 address");
    }
    return new Route(
        message.getPlacementId(),
        message.getIncarnation(),
        message.getAddress(),
        message.getPort(),
        message.getInstance());
  }

  private static List<HostEntry> hosts(List<Host> messages) {
    return messages.stream()
        .map(host -> new HostEntry(host.getHostname(), host.getPoolId()))
        .toList();
  }
}

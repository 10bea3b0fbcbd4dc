package dev.berth.simulation.check;

import dev.berth.agent.control.AgentLoop;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Phase;
import dev.berth.router.table.Route;
import dev.berth.router.table.RouteTable;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.cluster.SimAgent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A new leader's first table drops no route to an instance that is wanted and healthy, only because
 * its agent has not spoken yet. What the agent said of it to this leader counts: that it is healthy
 * again can be under way.
 */
final class TakeoversKeepRoutes extends Invariant {
  private static final long GRACE_MICROS = 59_000_000;

  private final Map<String, RouteTable> before = new HashMap<>();
  private final Map<Long, Long> began = new HashMap<>();

  /** By epoch, what its leader was told does not run, at some time. */
  private final Map<Long, Set<Long>> toldDown = new HashMap<>();

  TakeoversKeepRoutes(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    switch (happening) {
      case Happening.Began(_, long epoch, _) -> began.put(epoch, cluster().world().now());
      case Happening.Published(_, Snapshot snapshot) -> {
        if (snapshot.routesReady()) {
          note(snapshot);
        }
      }
      case Happening.TableUsed(String router, RouteTable table) -> {
        RouteTable old = before.put(router, table);
        boolean isFirst = old != null && old.epoch() < table.epoch();
        long age = cluster().world().now() - began.getOrDefault(table.epoch(), 0L);
        if (isFirst && age < GRACE_MICROS) {
          compare(router, old, table);
        }
      }
      default -> {}
    }
  }

  private void note(Snapshot snapshot) {
    Set<Long> down = toldDown.computeIfAbsent(snapshot.epoch(), _ -> new HashSet<>());
    for (Placement placement : snapshot.state().placements().byId().values()) {
      boolean hasSpoken =
          snapshot.actual().node(placement.node()).map(NodeActual::hasReported).orElse(false);
      boolean isRunning =
          snapshot.actual().report(placement.id()).map(PlacementReport::isRunning).orElse(false);
      if (hasSpoken && !isRunning) {
        down.add(placement.id().value());
      }
    }
  }

  private void compare(String router, RouteTable old, RouteTable table) {
    Set<Long> kept = new HashSet<>();
    Tables.each(table, (_, route) -> kept.add(route.placementId()));
    Tables.each(
        old,
        (_, route) ->
            require(
                kept.contains(route.placementId())
                    || toldDown.getOrDefault(table.epoch(), Set.of()).contains(route.placementId())
                    || !isServing(route),
                "the first table of epoch %d takes %s from %s, and it is wanted and healthy",
                table.epoch(),
                route,
                router));
  }

  private boolean isServing(Route route) {
    Placement placement =
        cluster().ensemble().state().placements().byId().values().stream()
            .filter(it -> it.id().value() == route.placementId())
            .findFirst()
            .orElse(null);
    if (placement == null || !placement.isWanted()) {
      return false;
    }
    SimAgent agent = cluster().agent(placement.node().name()).orElseThrow();
    AgentLoop loop = agent.loop();
    return loop != null
        && agent.host().running(route.placementId()).isPresent()
        && loop.view()
            .placement(new PlacementId(route.placementId()))
            .filter(it ->
                it.incarnation() == route.incarnation() && it.phase() instanceof Phase.Running)
            .isPresent();
  }
}

package dev.berth.simulation.check;

import dev.berth.router.table.Route;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.Actual.RouterActual;
import dev.berth.scheduler.state.NodeId;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.SimAgent;
import dev.berth.simulation.cluster.SimRouter;
import dev.berth.simulation.cluster.SimScheduler;
import dev.berth.simulation.network.Network;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** While agent, leader and router hear each other, no route leads for long to what does not run. */
final class RoutesLeadToTheLiving extends Invariant {
  private static final long LONGEST_MICROS = 30_000_000;
  private static final long EVERY_MICROS = 1_000_000;

  private record Wrong(String router, Route route) {}

  private final Leaders leaders;
  private final Map<Wrong, Long> wrongSince = new HashMap<>();
  private long lastLook;

  RoutesLeadToTheLiving(Cluster cluster, Leaders leaders) {
    super(cluster);
    this.leaders = leaders;
  }

  @Override
  public void look() {
    long now = cluster().world().now();
    if (now - lastLook < EVERY_MICROS) {
      return;
    }
    lastLook = now;
    SimScheduler leader = cluster().leader().orElse(null);
    Snapshot known = leader == null ? null : leaders.of(leader.name());
    if (leader == null
        || known == null
        || !known.routesReady()
        || cluster().troubles().any()
        || !cluster().network().isOpenBothWays(leader.name(), Network.STORE)) {
      wrongSince.clear();
      return;
    }
    Set<Wrong> wrong = new HashSet<>();
    for (SimRouter router : cluster().routers()) {
      RouterActual seen = known.actual().routers().get(router.name());
      if (router.isUp() && seen != null && seen.isConnected() && isOpen(router.name(), leader)) {
        Tables.each(
            router.inForce(),
            (_, route) -> {
              if (isWrong(known, leader, route)) {
                wrong.add(new Wrong(router.name(), route));
              }
            });
      }
    }
    wrongSince.keySet().retainAll(wrong);
    for (Wrong each : wrong) {
      long since = wrongSince.computeIfAbsent(each, _ -> now);
      require(
          now - since < LONGEST_MICROS,
          "%s has sent requests to %s for %d s, where nothing runs",
          each.router(),
          each.route(),
          (now - since) / 1_000_000);
    }
  }

  private boolean isOpen(String process, SimScheduler leader) {
    return cluster().network().isOpenBothWays(process, leader.name());
  }

  /** Routes to nodes that cannot be heard are kept: that is no mistake. */
  private boolean isWrong(Snapshot known, SimScheduler leader, Route route) {
    String address = route.address();
    int number = Integer.parseInt(address.split("\\.", -1)[2]);
    SimAgent agent = cluster().agents().get(number - 1);
    NodeActual node = known.actual().nodes().get(new NodeId(agent.name()));
    boolean isHeard =
        agent.isUp() && node != null && node.isConnected() && isOpen(agent.name(), leader);
    boolean runs =
        agent
            .host()
            .running(route.placementId())
            .filter(it -> it.address().equals(address))
            .isPresent();
    return isHeard && !runs;
  }
}

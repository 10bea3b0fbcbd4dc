package dev.berth.simulation.check;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Tenant;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.store.Ensemble;
import java.util.Map;
import java.util.TreeMap;

/**
 * S8: in every committed state no node is promised more than it has, no tenant beyond its quota.
 */
final class NodesHoldNoMoreThanTheyHave extends Invariant {
  NodesHoldNoMoreThanTheyHave(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Committed(Ensemble.Commit commit)) {
      ClusterState after = commit.after();
      Map<NodeId, Capacity> booked = new TreeMap<>();
      for (Placement placement : after.placements().byId().values()) {
        booked.merge(placement.node(), placement.size().booked(), Capacity::plus);
      }
      for (KnownNode node : after.nodes().values()) {
        Capacity sum = booked.getOrDefault(node.id(), Capacity.NONE);
        require(
            isWithin(sum, node.capacity()),
            "node %s has %s and is promised %s",
            node.id(),
            node.capacity(),
            sum);
        require(
            after.placements().bookedOn(node.id()).equals(sum),
            "node %s is booked with %s, its placements need %s",
            node.id(),
            after.placements().bookedOn(node.id()),
            sum);
      }
      quotas(commit.before(), after);
    }
  }

  /** Not asked of the class that decides it. */
  private static boolean isWithin(Capacity sum, Capacity all) {
    return sum.memoryMib() <= all.memoryMib()
        && sum.cpuMillis() <= all.cpuMillis() * Size.CPU_OVERCOMMIT
        && sum.pids() <= all.pids()
        && sum.diskMib() <= all.diskMib();
  }

  /** A quota may be set below what is used; then use may only fall. */
  private void quotas(ClusterState before, ClusterState after) {
    for (Tenant tenant : after.tenants().values()) {
      long instances = after.use(tenant.id()).instances();
      require(
          instances <= tenant.quota().maxInstances()
              || instances <= before.use(tenant.id()).instances(),
          "tenant %s may have %d instances and was given %d",
          tenant.id(),
          tenant.quota().maxInstances(),
          instances);
    }
  }
}

package dev.berth.simulation.check;

import dev.berth.agent.order.Orders;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.cluster.SimAgent;
import java.util.HashMap;
import java.util.Map;

/**
 * S2, S15: an agent takes in orders of a rising epoch and revision only, also over its restarts.
 */
final class AgentsObeyNoOldOrders extends Invariant {
  private record Seen(int life, long epoch) {}

  private final Map<String, Seen> seen = new HashMap<>();

  AgentsObeyNoOldOrders(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.OrdersTaken(String node, Orders orders)) {
      SimAgent agent = cluster().agent(node).orElseThrow();
      Seen before = seen.put(node, new Seen(agent.life(), orders.epoch()));
      boolean isSameLife = before != null && before.life() == agent.life();
      long highest = Math.max(isSameLife ? before.epoch() : 0, agent.epochs().seen());
      require(
          orders.epoch() >= highest,
          "%s took orders of epoch %d after those of %d",
          node,
          orders.epoch(),
          highest);
    }
  }
}

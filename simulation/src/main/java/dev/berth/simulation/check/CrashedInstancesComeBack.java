package dev.berth.simulation.check;

import dev.berth.agent.control.AgentLoop;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.Target;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.cluster.SimAgent;
import dev.berth.simulation.host.Container;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * S12: what is ordered to run is started again by its own agent, with or without a control plane,
 * after a wait that doubles with each end, five minutes at the most.
 */
final class CrashedInstancesComeBack extends Invariant {
  /** For a start on the slowest host. */
  private static final long START_MICROS = 60_000_000;

  private static final long LONGEST_MICROS = 300_000_000;

  private static final long EVERY_MICROS = 5_000_000;

  private final Map<Long, Down> downSince = new HashMap<>();
  private final Map<Long, Integer> ends = new HashMap<>();
  private final Set<String> failed = new HashSet<>();
  private long nextLook;

  /** Where its agent could have started it, and since when. */
  private record Down(String node, long since) {}

  CrashedInstancesComeBack(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Started(_, Container container)) {
      downSince.remove(container.placement());
    } else if (happening instanceof Happening.Ended(_, Container container)) {
      ends.merge(container.placement(), 1, Integer::sum);
    }
  }

  @Override
  public void look() {
    long now = cluster().world().now();
    if (now < nextLook) {
      return;
    }
    nextLook = now + EVERY_MICROS;
    for (SimAgent agent : cluster().agents()) {
      AgentLoop loop = agent.loop();
      if (agent.host().mood().failures() > 0) {
        failed.add(agent.name());
      }
      for (Order order : loop == null ? List.<Order>of() : loop.view().orders().byId().values()) {
        long id = order.id().value();
        boolean isDown =
            agent.isUp()
                && agent.host().mood().failures() == 0
                && order.target() == Target.RUN
                && !order.spec().once()
                && agent.host().running(id).isEmpty();
        if (!isDown) {
          downSince.remove(id);
          continue;
        }
        long since = downSince.computeIfAbsent(id, _ -> new Down(agent.name(), now)).since();
        require(
            now - since < longest(agent, id),
            "placement %d has been down on %s for %d s, and its agent does nothing",
            id,
            agent.name(),
            (now - since) / 1_000_000);
      }
      if (loop == null) { // an agent that is not there does nothing for good reason
        downSince.values().removeIf(down -> down.node().equals(agent.name()));
      }
    }
  }

  /** As published: at once, then 1 s, 2 s and so on; a failed start counts as an end, too. */
  private long longest(SimAgent agent, long placement) {
    int inARow = ends.getOrDefault(placement, 0);
    boolean isLong = failed.contains(agent.name()) || inARow > 10;
    return START_MICROS + (isLong ? LONGEST_MICROS : (1L << inARow) * 1_000_000);
  }
}

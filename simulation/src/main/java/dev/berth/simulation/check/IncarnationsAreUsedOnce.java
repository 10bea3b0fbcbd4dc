package dev.berth.simulation.check;

import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.host.Container;
import java.util.HashMap;
import java.util.Map;

/** S6: a placement runs on one node only, and each start of it has a new, higher number. */
final class IncarnationsAreUsedOnce extends Invariant {
  private final Map<Long, String> nodes = new HashMap<>();
  private final Map<Long, Integer> highest = new HashMap<>();

  IncarnationsAreUsedOnce(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Started(String node, Container container)) {
      String before = nodes.putIfAbsent(container.placement(), node);
      require(
          before == null || before.equals(node),
          "placement %d started on %s and on %s",
          container.placement(),
          before,
          node);
      Integer last = highest.put(container.placement(), container.incarnation());
      require(
          last == null || last < container.incarnation(),
          "placement %d started as incarnation %d after %d",
          container.placement(),
          container.incarnation(),
          last);
    }
  }
}

package dev.berth.simulation.check;

import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.SimScheduler;
import dev.berth.simulation.world.SimProcess;
import java.util.Map;
import java.util.TreeMap;

/** For how long processes have been up and could reach each scheduler, to the second. */
final class Reach {
  private final Cluster cluster;
  private final Map<String, Long> brokenAt = new TreeMap<>();

  Reach(Cluster cluster) {
    this.cluster = cluster;
  }

  void look() {
    for (SimScheduler scheduler : cluster.schedulers()) {
      for (SimProcess process : cluster.processes()) {
        boolean isOpen =
            process.isUp()
                && !scheduler.isPaused()
                && cluster.network().isOpenBothWays(process.name(), scheduler.name());
        if (!isOpen) {
          brokenAt.put(process.name() + ">" + scheduler.name(), cluster.world().now());
        }
      }
    }
  }

  /** Microseconds, 0 when it cannot now. */
  long lasts(SimProcess process, String scheduler) {
    look();
    long broken = brokenAt.getOrDefault(process.name() + ">" + scheduler, 0L);
    return cluster.world().now() - broken;
  }
}

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

  /**
   * For how long it could have found this one among all schedulers: none of the others kept it
   * waiting for an answer, as one that is cut off does, dead or not. Of a process that has found it
   * already this says nothing.
   */
  long finds(SimProcess process, String scheduler) {
    long shortest = lasts(process, scheduler);
    for (SimScheduler other : cluster.schedulers()) {
      shortest = Math.min(shortest, lasts(process, other.name()));
    }
    return shortest;
  }

  /** Microseconds, 0 when it cannot now. */
  long lasts(SimProcess process, String scheduler) {
    look();
    long broken = brokenAt.getOrDefault(process.name() + ">" + scheduler, 0L);
    return cluster.world().now() - broken;
  }
}

package dev.berth.simulation.check;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Placement;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.host.Mood;
import dev.berth.simulation.store.Ensemble;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * S5: no index is placed twice, save while one replaces the other; where the network allows more,
 * the surplus goes as soon as the nodes are back.
 */
final class NoIndexRunsTwice extends Invariant {
  private static final long LONGEST_MICROS = 150_000_000;
  private static final long EVERY_MICROS = 1_000_000;

  private final Leaders leaders;
  private final Map<InstanceId, Long> twiceFor = new HashMap<>();
  private long lastLook;
  private long leaderEpoch;

  NoIndexRunsTwice(Cluster cluster, Leaders leaders) {
    super(cluster);
    this.leaders = leaders;
  }

  @Override
  public void happened(Happening happening) {
    if (happening instanceof Happening.Committed(Ensemble.Commit commit)) {
      for (Change change : commit.write().changes()) {
        if (change instanceof Change.PutPlacement(Placement placement) && placement.isWanted()) {
          placed(commit, placement);
        }
      }
    }
  }

  /** Of an index at most one is on its way besides the one that is there, on nodes that answer. */
  private void placed(Ensemble.Commit commit, Placement placement) {
    Snapshot known = leaders.of(commit.write().writer());
    int onReachable = 0;
    for (Placement other : commit.after().placements().of(placement.instance().type())) {
      boolean isSame = other.instance().equals(placement.instance()) && other.isWanted();
      NodeActual node = known == null ? null : known.actual().nodes().get(other.node());
      onReachable += isSame && node != null && node.isConnected() ? 1 : 0;
    }
    require(
        onReachable <= 2,
        "%s is placed %d times on nodes that answer",
        placement.instance(),
        onReachable);
  }

  @Override
  public void look() {
    long now = cluster().world().now();
    if (now - lastLook < EVERY_MICROS) {
      return;
    }
    long passed = now - lastLook;
    lastLook = now;
    var leader = cluster().leader().orElse(null);
    Snapshot known = leader == null ? null : leaders.of(leader.name());
    if (known == null || known.epoch() != leaderEpoch) {
      twiceFor.clear();
      leaderEpoch = known == null ? 0 : known.epoch();
      return;
    }
    Set<InstanceId> twice = new HashSet<>();
    running(known)
        .forEach((instance, placements) -> {
          if (isTwice(placements)) {
            twice.add(instance);
            long total = twiceFor.merge(instance, passed, Long::sum);
            require(
                total < LONGEST_MICROS,
                "%s runs as %s for %d s, and its nodes answer",
                instance,
                placements,
                total / 1_000_000);
          }
        });
    twiceFor.keySet().retainAll(twice);
  }

  private static boolean isTwice(List<Placement> placements) {
    for (int at = 1; at < placements.size(); at++) {
      if (placements.get(at).wanted().equals(placements.getFirst().wanted())) {
        return true;
      }
    }
    return false;
  }

  private Map<InstanceId, List<Placement>> running(Snapshot known) {
    var running = new TreeMap<InstanceId, List<Placement>>();
    for (Placement placement : known.state().placements().byId().values()) {
      NodeActual node = known.actual().nodes().get(placement.node());
      var agent = cluster().agent(placement.node().name()).orElseThrow();
      boolean runs =
          placement.isWanted()
              && node != null
              && node.isConnected()
              && agent.isUp()
              && agent.host().mood().equals(Mood.WELL)
              && agent.host().running(placement.id().value()).isPresent();
      if (runs) {
        running.computeIfAbsent(placement.instance(), _ -> new ArrayList<>()).add(placement);
      }
    }
    return running;
  }
}

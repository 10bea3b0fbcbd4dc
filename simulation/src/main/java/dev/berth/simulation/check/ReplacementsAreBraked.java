package dev.berth.simulation.check;

import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.Actual.Liveness;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.NodeId;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import java.util.HashMap;
import java.util.Map;

/**
 * S17: when many nodes are silent they are given up one at a time, ten seconds apart; when more
 * than 55 % are, not at all unless an operator has thawed the cluster. While it is frozen, by
 * itself or by order, nothing is given up and nothing that is lost is started elsewhere.
 */
final class ReplacementsAreBraked extends Invariant {
  private static final int FROM = 3;
  private static final long STEP_MILLIS = 10_000;

  private record Seen(long epoch, long sequence, long lastLostMillis) {}

  private final Map<String, Seen> seen = new HashMap<>();

  ReplacementsAreBraked(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    if (!(happening instanceof Happening.Published(String scheduler, Snapshot snapshot))) {
      return;
    }
    Seen before = seen.get(scheduler);
    long newest = snapshot.history().isEmpty() ? 0 : snapshot.history().lastKey();
    if (before == null || before.epoch() != snapshot.epoch()) {
      seen.put(scheduler, new Seen(snapshot.epoch(), newest, Long.MIN_VALUE / 2));
      return;
    }
    long lastLost = before.lastLostMillis();
    FreezeOrder order = snapshot.state().upkeep().freeze();
    for (HistoryEvent event : snapshot.history().tailMap(before.sequence(), false).values()) {
      boolean isReplacing =
          event.kind().equals("node.lost")
              || (event.kind().equals("instance.placed") && event.message().contains(" is lost"));
      require(
          !isReplacing || !(order instanceof FreezeOrder.Frozen),
          "while the cluster is frozen by order: %s %s",
          event.kind(),
          event.message());
      if (event.kind().equals("node.lost")) {
        lost(snapshot, event.at().toEpochMilli() - lastLost);
        lastLost = event.at().toEpochMilli();
      }
    }
    seen.put(scheduler, new Seen(snapshot.epoch(), newest, lastLost));
  }

  private void lost(Snapshot snapshot, long sinceLastMillis) {
    int silent = 0;
    for (NodeId node : snapshot.state().nodes().keySet()) {
      silent += snapshot.actual().liveness(node) == Liveness.UNREACHABLE ? 1 : 0;
    }
    int all = snapshot.state().nodes().size();
    require(
        silent < FROM
            || silent * 20 <= all * 11
            || snapshot.state().upkeep().freeze() instanceof FreezeOrder.Thawed,
        "a node was given up while %d of %d were silent",
        silent,
        all);
    require(
        silent < FROM || silent * 5 <= all || sinceLastMillis >= STEP_MILLIS,
        "a node was given up %d ms after another, with %d of %d silent",
        sinceLastMillis,
        silent,
        all);
  }
}

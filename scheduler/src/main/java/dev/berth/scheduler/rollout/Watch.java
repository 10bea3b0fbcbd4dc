package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Actual.Liveness;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.Actual.RouterActual;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.NodeId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePSet;

/**
 * Says which nodes are ready, suspect, unreachable or lost, and which routers still count.
 *
 * <p>Right after a change of leader nobody is given up on. When many nodes fall silent together
 * they are given up one at a time, and when most do, not at all: then the fault is more likely
 * ours.
 */
public final class Watch {
  private static final Duration BRAKE_STEP = Duration.ofSeconds(10);

  private final Timers timers;
  private final Instant began;

  public Watch(Timers timers, Instant began) {
    this.timers = timers;
    this.began = began;
  }

  /** Nodes given up on, and when that last happened. */
  public record Lost(TreePSet<NodeId> nodes, Instant last) {
    public static final Lost NONE = new Lost(TreePSet.empty(), Instant.EPOCH);
  }

  /** Before its first report, a node's silence is counted from the beginning of the epoch. */
  public Liveness liveness(@Nullable NodeActual node, Instant now) {
    Duration silence = Duration.between(node == null ? began : node.lastSeen(), now);
    if (mayGiveUp(now) && silence.compareTo(timers.unreachableAfter()) >= 0) {
      return Liveness.UNREACHABLE;
    }
    boolean reported = node != null && node.hasReported();
    return reported && silence.compareTo(timers.suspectAfter()) < 0
        ? Liveness.READY
        : Liveness.SUSPECT;
  }

  private boolean mayGiveUp(Instant now) {
    return !now.isBefore(began.plus(timers.takeoverGrace()));
  }

  /** A router counts while it is connected, and a moment longer. */
  public boolean isGone(RouterActual router, Instant now) {
    return !router.isConnected() && !now.isBefore(router.lastSeen().plus(timers.routerGoneAfter()));
  }

  /** What the silence of nodes and the operators' order come to. */
  public Brake brake(ClusterState state, Actual actual, Instant now) {
    int silent = silent(actual);
    int nodes = state.nodes().size();
    Brake.Level byItself = Brake.level(silent, nodes);
    Brake.Level level =
        switch (state.upkeep().freeze()) {
          case FreezeOrder.None _ -> byItself;
          case FreezeOrder.Frozen _ -> Brake.Level.HELD;
          case FreezeOrder.Thawed thawed ->
              byItself == Brake.Level.FROZEN && now.isBefore(end(thawed, now))
                  ? Brake.Level.RELEASED
                  : byItself;
        };
    return new Brake(level, silent, nodes);
  }

  /** Whether a thaw has served: so many are back that nothing freezes, or its time is up. */
  public boolean isThawOver(ClusterState state, Brake brake, Instant now) {
    return state.upkeep().freeze() instanceof FreezeOrder.Thawed
        && brake.level() != Brake.Level.RELEASED
        && mayGiveUp(now);
  }

  /** Another leader's clock may have been wrong: of what it was told, the time here counts. */
  private Instant end(FreezeOrder.Thawed thawed, Instant now) {
    Instant at = thawed.given().at();
    boolean isOurs = !at.isBefore(began) && !at.isAfter(now);
    return (isOurs ? at : began).plus(thawed.time());
  }

  /** Nodes that are back are taken off; silent ones are added as the brake allows. */
  public Lost lost(Lost before, Brake brake, ClusterState state, Actual actual, Instant now) {
    TreePSet<NodeId> nodes = stillLost(before, state, actual).nodes();
    Instant last = before.last();
    if (!brake.isFrozen() && brake.silent() > 0) {
      for (NodeId id : state.nodes().keySet()) {
        boolean waits = brake.isBraked() && now.isBefore(last.plus(BRAKE_STEP));
        if (!waits && !nodes.contains(id) && isGivenUp(actual, id, now)) {
          nodes = nodes.plus(id);
          last = now;
        }
      }
    }
    return nodes.equals(before.nodes()) ? before : new Lost(nodes, last);
  }

  /** Without those that are back: what is on them is there, and must be seen to stop. */
  public static Lost stillLost(Lost before, ClusterState state, Actual actual) {
    TreePSet<NodeId> nodes = before.nodes();
    for (NodeId id : before.nodes()) {
      boolean isBack = actual.liveness(id) == Liveness.READY;
      nodes = isBack || !state.nodes().containsKey(id) ? nodes.minus(id) : nodes;
    }
    return nodes.size() == before.nodes().size() ? before : new Lost(nodes, before.last());
  }

  private boolean isGivenUp(Actual actual, NodeId id, Instant now) {
    Instant seen = actual.node(id).map(NodeActual::lastSeen).orElse(began);
    return actual.liveness(id) == Liveness.UNREACHABLE
        && !now.isBefore(seen.plus(timers.lostAfter()));
  }

  /** Of nodes that are known: what is seen of others is forgotten with them. */
  private static int silent(Actual actual) {
    int silent = 0;
    for (NodeActual node : actual.nodes().values()) {
      silent += node.liveness() == Liveness.UNREACHABLE ? 1 : 0;
    }
    return silent;
  }
}

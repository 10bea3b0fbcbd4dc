package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is free on each node, least used first, while one pass places instances.
 *
 * <p>Nodes that are not ready, or have not shown that their defences hold, are known but offered to
 * nobody. Confined to one pass.
 */
public final class Room {
  private static final int WHOLE = 10_000;

  private final Map<NodeId, Free> ready = new HashMap<>();
  private final TreeSet<Free> leastUsedFirst = new TreeSet<>();
  private final List<NodeRefusal> closed = new ArrayList<>();
  private final Set<Capacity> tooLarge = new HashSet<>();

  /** What a node has, what of it is free, and how much is used in ten thousandths. */
  record Free(NodeId node, Capacity all, Capacity free, int used) implements Comparable<Free> {
    private static final Comparator<Free> ORDER =
        Comparator.comparingInt(Free::used).thenComparing(Free::node);

    static Free of(NodeId node, Capacity all, Capacity free) {
      return new Free(node, all, free, share(all, free));
    }

    @Override
    public int compareTo(Free other) {
      return ORDER.compare(this, other);
    }
  }

  public static Room of(ClusterState state, Actual actual) {
    var room = new Room();
    for (KnownNode node : state.nodes().values()) {
      if (actual.liveness(node.id()) != Actual.Liveness.READY) {
        room.closed.add(new NodeRefusal(node.id(), NodeRefusal.Rule.NOT_READY, 0));
      } else if (!actual.isVerified(node.id())) {
        room.closed.add(new NodeRefusal(node.id(), NodeRefusal.Rule.UNVERIFIED, 0));
      } else {
        room.add(node.id(), node.capacity(), state.placements().bookedOn(node.id()));
      }
    }
    return room;
  }

  private void add(NodeId node, Capacity capacity, Capacity booked) {
    Capacity all = capacity.overcommitted();
    put(Free.of(node, all, all.minus(booked)));
  }

  private void put(Free free) {
    ready.put(free.node(), free);
    leastUsedFirst.add(free);
  }

  Iterable<Free> leastUsedFirst() {
    return leastUsedFirst;
  }

  @Nullable Free on(NodeId node) {
    return ready.get(node);
  }

  void book(NodeId node, Capacity needed) {
    Free before = Objects.requireNonNull(ready.get(node));
    if (!before.free().holds(needed)) {
      throw new IllegalStateException(
          "node %s has %s free, cannot book %s".formatted(node, before.free(), needed));
    }
    leastUsedFirst.remove(before);
    put(Free.of(node, before.all(), before.free().minus(needed)));
  }

  /** True once a place for this much was sought in vain: nothing becomes free within a pass. */
  boolean isTooLarge(Capacity needed) {
    return tooLarge.contains(needed);
  }

  List<NodeRefusal> refuse(Capacity needed) {
    tooLarge.add(needed);
    var refusals = new ArrayList<NodeRefusal>(closed);
    for (Free free : leastUsedFirst) {
      NodeRefusal.of(free.node(), free.free(), needed).ifPresent(refusals::add);
    }
    return refusals;
  }

  private static int share(Capacity all, Capacity free) {
    int used = 0;
    used = Math.max(used, share(all.memoryMib(), free.memoryMib()));
    used = Math.max(used, share(all.cpuMillis(), free.cpuMillis()));
    used = Math.max(used, share(all.pids(), free.pids()));
    return Math.max(used, share(all.diskMib(), free.diskMib()));
  }

  private static int share(long all, long free) {
    return all <= 0 ? WHOLE : (int) Math.min(WHOLE, (all - free) * WHOLE / all);
  }
}

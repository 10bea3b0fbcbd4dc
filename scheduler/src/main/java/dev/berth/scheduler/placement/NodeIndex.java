package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is free on each node and how many of each process type it holds, ready to be searched.
 *
 * <p>Holds nothing that the cluster's state does not say; kept in step with it change by change,
 * and always the same as one made from the state at once. The order in which nodes came leaves no
 * trace. Confined to one thread.
 */
public final class NodeIndex {
  private final NodePools pools;
  private final Map<NodeId, IndexedNode> nodes = new HashMap<>();
  private final List<IndexedNode> bySlot = new ArrayList<>();
  private final Map<ProcessTypeId, Counts> holders = new HashMap<>();
  private final TreeMap<NodeId, IndexedNode> leaving = new TreeMap<>();
  private final Set<Need> hopeless = new HashSet<>();
  private final Map<Need, Refusals> refused = new HashMap<>();
  private IndexedNode[] byRank = new IndexedNode[0];
  private Map<String, Layout> layouts = Map.of();
  private boolean isLaidOut = true;

  public NodeIndex(NodePools pools) {
    this.pools = pools;
  }

  /** All at once. */
  public static NodeIndex of(NodePools pools, ClusterState state, Actual actual) {
    var index = new NodeIndex(pools);
    state.nodes().values().forEach(index::put);
    actual.nodes().forEach(index::see);
    state.placements().byId().values().forEach(placement -> index.put(null, placement));
    return index;
  }

  public NodePools pools() {
    return pools;
  }

  public int size() {
    return bySlot.size();
  }

  /** Refusals are counted anew from here on. */
  public void beginPass() {
    refused.clear();
  }

  private void freed() {
    hopeless.clear();
    refused.clear();
  }

  /** A node that is new, or is not what it was. */
  public void put(KnownNode node) {
    IndexedNode known = nodes.get(node.id());
    if (known == null) {
      known = new IndexedNode(bySlot.size(), node, pools);
      bySlot.add(known);
      nodes.put(node.id(), known);
    } else if (known.node().equals(node)) {
      return;
    } else {
      known.become(node, pools);
    }
    isLaidOut = false;
    freed();
  }

  /** What is known of the node's being there; of a node that is not known yet, nothing is kept. */
  public void see(NodeId id, NodeActual actual) {
    IndexedNode node = nodes.get(id);
    if (node == null) {
      return;
    }
    Rule unfit =
        actual.liveness() != Actual.Liveness.READY
            ? Rule.NOT_READY
            : actual.isVerified() ? null : Rule.UNVERIFIED;
    Rule before = node.closed();
    node.become(unfit);
    if (isLaidOut && (before == null) != node.isOpen()) {
      Shelf shelf = Objects.requireNonNull(node.shelf);
      if (node.isOpen()) {
        shelf.add(node);
      } else {
        shelf.remove(node.key());
      }
    }
    if (before != node.closed()) {
      freed();
    }
  }

  /** A placement that is new, or is not what it was. */
  public void put(@Nullable Placement before, Placement after) {
    if (before == null) {
      book(after, 1);
    } else if (before.isWanted() != after.isWanted()) {
      IndexedNode node = known(after.node());
      hold(after.instance().type(), node, after.isWanted() ? 1 : -1);
      leave(node, after.isWanted() ? -1 : 1);
    }
  }

  public void remove(Placement placement) {
    book(placement, -1);
    freed();
  }

  private void book(Placement placement, int times) {
    IndexedNode node = known(placement.node());
    book(node, placement.size().booked(), times);
    if (placement.isWanted()) {
      hold(placement.instance().type(), node, times);
    } else {
      leave(node, times);
    }
  }

  /** An instance that is no placement: for those who measure. */
  public void book(ProcessTypeId type, NodeId id, Capacity booked) {
    book(known(id), booked, 1);
    hold(type, known(id), 1);
  }

  private void book(IndexedNode node, Capacity booked, int times) {
    long before = node.key();
    node.give(booked, -times);
    if (isLaidOut && node.isOpen()) {
      Objects.requireNonNull(node.shelf).move(before, node);
    }
  }

  private void leave(IndexedNode node, int more) {
    node.leaving += more;
    if (node.leaving > 0) {
      leaving.put(node.node().id(), node);
    } else {
      leaving.remove(node.node().id());
    }
  }

  private void hold(ProcessTypeId type, IndexedNode node, int more) {
    Counts counts = holders.computeIfAbsent(type, _ -> new Counts());
    counts.add(node.slot, more);
    if (counts.isEmpty()) {
      holders.remove(type);
    }
  }

  private IndexedNode known(NodeId id) {
    IndexedNode node = nodes.get(id);
    if (node == null) {
      throw new IllegalStateException(
          "a placement is on node %s, which is not known".formatted(id));
    }
    return node;
  }

  // For searches.

  /** Nodes with placements that have been told to leave. */
  Iterable<IndexedNode> leaving() {
    return leaving.values();
  }

  @Nullable IndexedNode node(NodeId id) {
    return nodes.get(id);
  }

  IndexedNode bySlot(int slot) {
    return bySlot.get(slot);
  }

  IndexedNode[] byRank() {
    layOut();
    return byRank;
  }

  @Nullable Layout layout(String pool) {
    layOut();
    return layouts.get(pool);
  }

  /** In order of their pools' names. */
  Collection<Layout> layouts() {
    layOut();
    return layouts.values();
  }

  /** Has the node room for one that asks this, and may it go there? */
  public boolean takes(NodeId id, ProcessTypeId type, Need need) {
    layOut();
    IndexedNode node = nodes.get(id);
    Counts counts = holders.get(type);
    boolean isApart =
        !need.demands().antiAffinity()
            || counts == null
            || node == null
            || counts.of(node.slot) == 0;
    return node != null && isOpenTo(node, need) && node.holds(need.capacity()) && isApart;
  }

  @Nullable Counts holders(ProcessTypeId type) {
    return holders.get(type);
  }

  /** Why not, if this was sought in vain and nothing was freed since; counted once in a pass. */
  @Nullable Refusals refusedBefore(Need need) {
    return hopeless.contains(need) ? refused.computeIfAbsent(need, this::refuse) : null;
  }

  /** Why no node takes one more, as the search under way has left them. */
  Refusals refuse(Need need) {
    layOut();
    var sum = new Refusals.Sum();
    for (IndexedNode node : bySlot) {
      refuse(node, need, sum);
    }
    return sum.total();
  }

  /** Until something is freed, no place for this need be sought. */
  void remember(Need need, Refusals refusals) {
    if (!need.demands().antiAffinity()) {
      hopeless.add(need);
      refused.put(need, refusals);
    }
  }

  private static void refuse(IndexedNode node, Need need, Refusals.Sum sum) {
    Rule rule = node.closed();
    Shelf shelf = Objects.requireNonNull(node.shelf);
    if (!shelf.pool.equals(need.pool())) {
      sum.add(Rule.POOL, 0);
    } else if (!shelf.isFor(need)) {
      sum.add(shelf.isWelcome(need) ? Rule.LABELS : Rule.DEDICATED, 0);
    } else if (rule != null) {
      sum.add(rule, 0);
    } else if (need.demands().antiAffinity() && node.held > 0) {
      sum.add(Rule.ANTI_AFFINITY, 0);
    } else {
      shortage(node.free().minus(need.capacity()), sum);
    }
  }

  private static void shortage(Capacity left, Refusals.Sum sum) {
    if (left.memoryMib() < 0) {
      sum.add(Rule.MEMORY, -left.memoryMib());
    } else if (left.cpuMillis() < 0) {
      sum.add(Rule.CPU, -left.cpuMillis());
    } else if (left.pids() < 0) {
      sum.add(Rule.PIDS, -left.pids());
    } else if (left.diskMib() < 0) {
      sum.add(Rule.DISK, -left.diskMib());
    } else if (left.addresses() < 0) {
      sum.add(Rule.ADDRESSES, -left.addresses());
    }
  }

  /** May the node take an instance that asks this, were there room? */
  boolean isOpenTo(IndexedNode node, Need need) {
    Shelf shelf = Objects.requireNonNull(node.shelf);
    return node.isOpen() && shelf.pool.equals(need.pool()) && shelf.isFor(need);
  }

  /** Ranks are by node id alone. */
  private void layOut() {
    if (isLaidOut) {
      return;
    }
    var ordered = new ArrayList<>(bySlot);
    ordered.sort(Comparator.comparing(node -> node.node().id()));
    byRank = ordered.toArray(IndexedNode[]::new);
    for (int rank = 0; rank < byRank.length; rank++) {
      byRank[rank].rank = rank;
    }
    layouts = new TreeMap<>(Layout.of(ordered, pools));
    for (IndexedNode node : byRank) {
      if (node.isOpen()) {
        Objects.requireNonNull(node.shelf).add(node);
      }
    }
    isLaidOut = true;
  }
}

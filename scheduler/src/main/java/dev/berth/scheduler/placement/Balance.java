package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Labels;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds running instances that would stand better on another node, one per app.
 *
 * <p>Each that it names brings a process type's zones nearer together, or else leaves the fullest
 * node that it can for one that is emptier than most and parts no zones; what it leaves is fuller
 * than what it comes to will be. So with the same nodes and apps it comes to an end: no arrangement
 * comes again. Books nothing. Reads the index of the thread that it is confined to.
 */
public final class Balance {
  /** Of one node that takes, in one round. */
  private static final int PER_RECEIVER = 4;

  private static final int MAX_EXAMINED = 20_000;
  private static final int MAX_SEARCHES = 200;
  private static final int MAX_TYPES = 5_000;

  private final NodeIndex index;
  private final ClusterState state;
  private final Wishes wishes;
  private final Map<IndexedNode, Capacity> given = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final List<Better> found = new ArrayList<>();
  private int examined;

  /** One instance and the node on which it would stand better, with the reason. */
  public record Better(Placement placement, NodeId to, String words) {}

  /**
   * What bounds a round.
   *
   * @param margin a node takes if it is used by so many hundredths of a percent less than its like
   * @param most so many instances are named at most
   * @param mayMove asked of each instance before it is named
   * @param hasImage whether the node has already what the instance is made of: those go first
   */
  public record Wishes(
      int margin,
      int most,
      Predicate<Placement> mayMove,
      BiPredicate<Placement, NodeId> hasImage) {}

  public Balance(NodeIndex index, ClusterState state, Wishes wishes) {
    this.index = index;
    this.state = state;
    this.wishes = wishes;
    for (IndexedNode node : index.leaving()) {
      for (Placement placement : state.placements().on(node.node().id())) {
        if (!placement.isWanted()) {
          give(node, placement.size().booked());
        }
      }
    }
  }

  /** What was named so far. */
  public List<Better> found() {
    return List.copyOf(found);
  }

  /** Nodes that are emptier than their like by more than the margin; cheap. */
  public List<NodeId> emptier() {
    return groups().stream().flatMap(group -> group.receivers.stream()).map(Balance::id).toList();
  }

  /**
   * Names instances of process types whose zones are apart, of a bounded number of types after the
   * given one. Returns the last one looked at; null once all were.
   */
  public @Nullable ProcessTypeId mendZones(@Nullable ProcessTypeId after, Placer placer) {
    var byType = state.placements().byType();
    ProcessTypeId type =
        after == null ? (byType.isEmpty() ? null : byType.firstKey()) : byType.higherKey(after);
    int searches = 0;
    for (int looked = 0; type != null; looked++) {
      if (looked >= MAX_TYPES || searches >= MAX_SEARCHES || isFull()) {
        return byType.lowerKey(type);
      }
      searches += mend(type, placer) ? 1 : 0;
      type = byType.higherKey(type);
    }
    return null;
  }

  /** Whether a place was sought. */
  private boolean mend(ProcessTypeId type, Placer placer) {
    Counts holders = index.holders(type);
    if (holders == null || !isSpreadOut(type)) {
      return false;
    }
    Map<Integer, Integer> zones = zones(type, holders);
    int fullest = 0;
    int emptiest = Integer.MAX_VALUE;
    for (int held : zones.values()) {
      fullest = Math.max(fullest, held);
      emptiest = Math.min(emptiest, held);
    }
    if (fullest - emptiest < 2) {
      return false;
    }
    for (Placement placement : state.placements().of(type)) {
      IndexedNode node = index.node(placement.node());
      int held = node == null ? 0 : zones.getOrDefault(shelf(node).zone, 0);
      if (node != null && held == fullest && mayMove(placement)) {
        Need need = Need.of(state, type, placement.size());
        var group = new Placer.Group(type, need, List.of(Optional.of(placement.node())), List.of());
        placer
            .place(group, index)
            .nodes()
            .getFirst()
            .map(index::node)
            .filter(to -> zones.getOrDefault(shelf(to).zone, 0) <= held - 2)
            .ifPresent(to -> name(placement, node, to, zoneWords(type, node, to)));
        return true;
      }
    }
    return false;
  }

  private static String zoneWords(ProcessTypeId type, IndexedNode from, IndexedNode to) {
    return "zone %s has two more of %s than zone %s, at least"
        .formatted(zone(from), type.name(), zone(to));
  }

  private static String zone(IndexedNode node) {
    String zone = node.node().label(Labels.ZONE, "");
    return zone.isEmpty() ? "(none)" : zone;
  }

  /** With one zone there is nothing to mend. */
  private boolean isSpreadOut(ProcessTypeId type) {
    Placement first = state.placements().of(type).iterator().next();
    Layout layout = index.layout(Need.of(state, type, first.size()).pool());
    return layout != null && layout.zones().size() > 1;
  }

  /** How many of the type each zone of its pool has, those with none included. */
  private Map<Integer, Integer> zones(ProcessTypeId type, Counts holders) {
    Placement first = state.placements().of(type).iterator().next();
    String pool = Need.of(state, type, first.size()).pool();
    var zones = new TreeMap<Integer, Integer>();
    Layout layout = Objects.requireNonNull(index.layout(pool));
    layout.zones().stream()
        .filter(zone -> zone.racks().stream().anyMatch(Balance::isOpen))
        .forEach(zone -> zones.put(zone.number(), 0));
    holders.forEach((slot, count) -> {
      IndexedNode node = index.bySlot(slot);
      if (shelf(node).pool.equals(pool)) {
        zones.merge(shelf(node).zone, count, Integer::sum);
      }
    });
    return zones;
  }

  private static boolean isOpen(Layout.Rack rack) {
    return rack.shelves().stream().anyMatch(shelf -> shelf.size() > 0);
  }

  /** Names instances that leave full nodes for the emptier ones among those that may take. */
  public void even(Predicate<NodeId> mayTake) {
    for (Group group : groups()) {
      List<IndexedNode> receivers =
          group.receivers.stream().filter(node -> mayTake.test(id(node))).toList();
      if (!receivers.isEmpty()) {
        List<IndexedNode> donors = group.donors();
        for (IndexedNode receiver : receivers) {
          int took = 0;
          while (took < PER_RECEIVER && take(group, receiver, donors)) {
            took++;
          }
        }
      }
    }
  }

  private boolean take(Group group, IndexedNode to, List<IndexedNode> donors) {
    if (isFull() || used(to) >= group.mean - wishes.margin()) {
      return false;
    }
    for (IndexedNode from : donors) {
      Placement placement = best(from, to);
      if (placement != null) {
        String words =
            "node %s is used to %d%%, %s to %d%%, nodes of pool %s to %d%% on average"
                .formatted(
                    id(from),
                    used(from) / 100,
                    id(to),
                    used(to) / 100,
                    from.node().pool(),
                    group.mean / 100);
        name(placement, from, to, words);
        donors.remove(from);
        return true;
      }
      if (examined >= MAX_EXAMINED) {
        return false;
      }
    }
    return false;
  }

  private @Nullable Placement best(IndexedNode from, IndexedNode to) {
    Placement any = null;
    for (Placement placement : state.placements().on(id(from))) {
      examined++;
      if (isBetter(placement, from, to) && mayMove(placement)) {
        if (wishes.hasImage().test(placement, id(to))) {
          return placement;
        }
        any = any == null ? placement : any;
      }
    }
    return any;
  }

  private boolean isBetter(Placement placement, IndexedNode from, IndexedNode to) {
    ProcessTypeId type = placement.instance().type();
    Need need = Need.of(state, type, placement.size());
    Capacity booked = need.capacity();
    Counts holders = index.holders(type);
    return placement.isWanted()
        && holders != null
        && index.isOpenTo(to, need)
        && to.free().plus(given(to)).holds(booked)
        && usedWithout(to, Capacity.NONE.minus(booked)) + wishes.margin() / 2 < used(from)
        && usedWithout(from, booked) < used(from)
        && isNoWorseSpread(holders, from, to);
  }

  private boolean isNoWorseSpread(Counts holders, IndexedNode from, IndexedNode to) {
    if (holders.of(to.slot) >= holders.of(from.slot)) {
      return false;
    }
    Shelf left = shelf(from);
    Shelf reached = shelf(to);
    if (left.rack == reached.rack) {
      return true;
    }
    boolean isSameZone = left.zone == reached.zone;
    int[] held = new int[2];
    holders.forEach((slot, count) -> {
      Shelf shelf = shelf(index.bySlot(slot));
      if (shelf.pool.equals(left.pool)) {
        held[0] += (isSameZone ? shelf.rack == left.rack : shelf.zone == left.zone) ? count : 0;
        held[1] +=
            (isSameZone ? shelf.rack == reached.rack : shelf.zone == reached.zone) ? count : 0;
      }
    });
    return held[1] < held[0];
  }

  private boolean mayMove(Placement placement) {
    return !taken.contains(app(placement.instance())) && wishes.mayMove().test(placement);
  }

  private static String app(InstanceId instance) {
    return instance.app().toString();
  }

  private boolean isFull() {
    return found.size() >= wishes.most() || examined >= MAX_EXAMINED;
  }

  private void name(Placement placement, IndexedNode from, IndexedNode to, String words) {
    Capacity booked = placement.size().booked();
    taken.add(app(placement.instance()));
    give(from, booked);
    give(to, Capacity.NONE.minus(booked));
    found.add(new Better(placement, id(to), words));
  }

  private void give(IndexedNode node, Capacity more) {
    given.merge(node, more, Capacity::plus);
  }

  private Capacity given(IndexedNode node) {
    return given.getOrDefault(node, Capacity.NONE);
  }

  private int used(IndexedNode node) {
    Capacity more = given.get(node);
    return more == null ? node.used : node.shareWithout(more);
  }

  private int usedWithout(IndexedNode node, Capacity less) {
    return node.shareWithout(given(node).plus(less));
  }

  private static NodeId id(IndexedNode node) {
    return node.node().id();
  }

  private static Shelf shelf(IndexedNode node) {
    return Objects.requireNonNull(node.shelf);
  }

  /** Open nodes of one pool that spreads and of one owner, and those of them that are emptier. */
  private final class Group {
    private final List<IndexedNode> nodes = new ArrayList<>();
    private List<IndexedNode> receivers = List.of();
    private long mean;

    void finish() {
      long sum = 0;
      for (IndexedNode node : nodes) {
        sum += used(node);
      }
      mean = sum / nodes.size();
      receivers = new ArrayList<>();
      for (IndexedNode node : nodes) {
        if (used(node) < mean - wishes.margin()) {
          receivers.add(node);
        }
      }
      receivers.sort(Comparator.comparingInt(Balance.this::used).thenComparingInt(it -> it.rank));
    }

    /** Fullest first. */
    List<IndexedNode> donors() {
      var donors = new ArrayList<IndexedNode>();
      for (IndexedNode node : nodes) {
        if (used(node) > mean) {
          donors.add(node);
        }
      }
      donors.sort(
          Comparator.comparingInt((IndexedNode node) -> -used(node))
              .thenComparingInt(node -> node.rank));
      return donors;
    }
  }

  private List<Group> groups() {
    IndexedNode[] byRank = index.byRank();
    var groups = new TreeMap<String, Group>();
    for (Layout layout : index.layouts()) {
      if (layout.packs()) {
        continue;
      }
      for (Layout.Zone zone : layout.zones()) {
        for (Layout.Rack rack : zone.racks()) {
          for (Shelf shelf : rack.shelves()) {
            if (shelf.size() > 0) {
              Group group =
                  groups.computeIfAbsent(
                      layout.pool().name() + " " + shelf.owner, _ -> new Group());
              for (int at = 0; at < shelf.size(); at++) {
                group.nodes.add(byRank[shelf.rank(at)]);
              }
            }
          }
        }
      }
    }
    groups.values().forEach(Group::finish);
    return List.copyOf(groups.values());
  }
}

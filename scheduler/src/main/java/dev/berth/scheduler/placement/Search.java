package dev.berth.scheduler.placement;

import dev.berth.scheduler.placement.Placer.Group;
import dev.berth.scheduler.state.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Places one group: of all nodes that pass the hard rules, the one whose zone, then rack, then
 * itself holds fewest of the process type; among equals the home of what is replaced, then what the
 * pool prefers.
 *
 * <p>Marks the index's nodes while it runs and leaves no mark. Confined to the index's thread.
 */
final class Search implements AutoCloseable {
  private static final long UNIT = 1L << 48;
  private static final int MOST_HELD = (1 << 15) - 1;

  private final NodeIndex index;
  private final Layout layout;
  private final Need need;
  private final IndexedNode[] byRank;
  private final int[] heldInZone;
  private final int[] heldInRack;
  private final @Nullable Frontier[] frontiers;
  private final long[] best;
  private final List<IndexedNode> marked = new ArrayList<>();
  private final @Nullable IndexedNode[] asideIn;

  Search(NodeIndex index, Layout layout, Group group) {
    this.index = index;
    this.layout = layout;
    this.need = group.need();
    this.byRank = index.byRank();
    this.heldInZone = new int[layout.zones().size()];
    this.heldInRack = new int[layout.racks()];
    this.frontiers = new Frontier[layout.racks()];
    this.best = new long[layout.racks()];
    this.asideIn = new IndexedNode[layout.racks()];
    mark(group);
    sight();
  }

  /** No rack is walked yet: each has a bound of what its best node could be. */
  private void sight() {
    for (Layout.Zone zone : layout.zones()) {
      for (Layout.Rack rack : zone.racks()) {
        int number = rack.number();
        long least = sight(rack);
        best[number] = asideIn[number] == null ? least : key(number, Frontier.atLeastAside(least));
      }
    }
  }

  private long sight(Layout.Rack rack) {
    long least = Frontier.NONE;
    for (Shelf shelf : rack.shelves()) {
      if (mayServe(shelf)) {
        least = Math.min(least, layout.packs() ? 0 : Frontier.atLeast(shelf));
      }
    }
    return least;
  }

  private boolean mayServe(Shelf shelf) {
    return shelf.mayHold(need.capacity()) && shelf.isFor(need);
  }

  /** What walks the rack; none if nothing there has room. */
  private @Nullable Frontier open(int rack) {
    Frontier open = frontiers[rack];
    if (open == null && best[rack] != Frontier.NONE) {
      List<Shelf> shelves = new ArrayList<>();
      for (Shelf shelf : layout.rack(rack).shelves()) {
        if (mayServe(shelf)) {
          shelves.add(shelf);
        }
      }
      open = new Frontier(byRank, need, layout.packs(), shelves);
      frontiers[rack] = open;
      for (IndexedNode node = asideIn[rack]; node != null; node = node.nextAside) {
        if (index.isOpenTo(node, need)) {
          open.offer(node);
        }
      }
      open.begin();
    }
    return open;
  }

  private void mark(Group group) {
    for (NodeId id : group.imageNodes()) {
      IndexedNode node = index.node(id);
      if (node != null && isHere(node)) {
        node.hasImage = true;
        setAside(node);
      }
    }
    Counts holders = index.holders(group.type());
    if (holders != null) {
      holders.forEach((slot, count) -> {
        IndexedNode node = index.bySlot(slot);
        if (isHere(node)) {
          node.held = count;
          heldInZone[shelf(node).zone] += count;
          heldInRack[shelf(node).rack] += count;
          setAside(node);
        }
      });
    }
  }

  private boolean isHere(IndexedNode node) {
    return shelf(node).pool.equals(need.pool());
  }

  private static Shelf shelf(IndexedNode node) {
    return Objects.requireNonNull(node.shelf);
  }

  private void setAside(IndexedNode node) {
    if (!node.isAside) {
      node.isAside = true;
      marked.add(node);
      int rack = shelf(node).rack;
      node.nextAside = asideIn[rack];
      asideIn[rack] = node;
    }
  }

  private void walk(int rack) {
    if (frontiers[rack] == null) {
      Frontier _ = open(rack);
      refresh(rack);
    }
  }

  /** Racks that hold fewer of the type come first; in pools that pack, racks do not count. */
  private void refresh(int rack) {
    Frontier frontier = frontiers[rack];
    best[rack] = key(rack, frontier == null ? Frontier.NONE : frontier.best());
  }

  private long key(int rack, long ofItsBest) {
    long held = layout.packs() ? 0 : Math.min(heldInRack[rack], MOST_HELD);
    return ofItsBest == Frontier.NONE ? Frontier.NONE : held * UNIT | ofItsBest;
  }

  /** The node for the next instance, if any has room. */
  Optional<NodeId> next(Optional<NodeId> homeId) {
    IndexedNode home = homeId.map(index::node).filter(this::isHere).orElse(null);
    if (home != null && home.held > 0) {
      letGo(home);
    }
    IndexedNode chosen = choose(home);
    if (chosen == null) {
      return Optional.empty();
    }
    take(chosen);
    return Optional.of(chosen.node().id());
  }

  /** What is to be replaced does not count any more. */
  private void letGo(IndexedNode home) {
    setAside(home);
    home.held--;
    heldInZone[shelf(home).zone]--;
    heldInRack[shelf(home).rack]--;
    changed(home);
  }

  private void take(IndexedNode node) {
    setAside(node);
    node.taken++;
    node.held++;
    node.give(need.capacity(), -1);
    heldInZone[shelf(node).zone]++;
    heldInRack[shelf(node).rack]++;
    changed(node);
  }

  private void changed(IndexedNode node) {
    int rack = shelf(node).rack;
    Frontier frontier = frontiers[rack];
    if (frontier != null) {
      if (index.isOpenTo(node, need)) {
        frontier.taken(node);
      }
      refresh(rack);
    }
  }

  /** What a bound has promised is looked at before it is believed. */
  private @Nullable IndexedNode choose(@Nullable IndexedNode home) {
    if (home != null) {
      walk(shelf(home).rack);
    }
    int rack = bestRack(home);
    while (rack >= 0 && frontiers[rack] == null) {
      walk(rack);
      rack = bestRack(home);
    }
    return rack < 0 ? null : node(rack, home);
  }

  private int bestRack(@Nullable IndexedNode home) {
    int homeZone = home == null ? -1 : shelf(home).zone;
    int zone = -1;
    int rack = -1;
    for (int other = 0; other < heldInZone.length; other++) {
      int bestRack = bestRack(other, home);
      if (bestRack >= 0
          && (zone < 0
              || heldInZone[other] < heldInZone[zone]
              || (heldInZone[other] == heldInZone[zone]
                  && zone != homeZone
                  && (other == homeZone || best[bestRack] < best[rack])))) {
        zone = other;
        rack = bestRack;
      }
    }
    return rack;
  }

  private int bestRack(int zone, @Nullable IndexedNode home) {
    List<Layout.Rack> racks = layout.zones().get(zone).racks();
    int first = racks.getFirst().number();
    int rack = -1;
    for (int other = first; other < first + racks.size(); other++) {
      if (best[other] != Frontier.NONE && (rack < 0 || best[other] < best[rack])) {
        rack = other;
      }
    }
    if (home != null && rack >= 0 && shelf(home).zone == zone && !layout.packs()) {
      int own = shelf(home).rack;
      boolean isEqual = best[own] != Frontier.NONE && best[own] >>> 48 == best[rack] >>> 48;
      return isEqual ? own : rack;
    }
    return rack;
  }

  private @Nullable IndexedNode node(int rack, @Nullable IndexedNode home) {
    Frontier frontier = Objects.requireNonNull(frontiers[rack]);
    long key = best[rack] & (UNIT - 1);
    boolean mayStay =
        home != null
            && !layout.packs()
            && shelf(home).rack == rack
            && index.isOpenTo(home, need)
            && frontier.isCandidate(home)
            && home.held <= Frontier.held(key);
    return mayStay ? home : frontier.node(key);
  }

  /** Takes every mark off. */
  @Override
  public void close() {
    for (IndexedNode node : marked) {
      if (node.taken > 0) {
        node.give(need.capacity(), node.taken);
      }
      node.taken = 0;
      node.held = 0;
      node.isAside = false;
      node.hasImage = false;
      node.nextAside = null;
    }
    for (Frontier frontier : frontiers) {
      if (frontier != null) {
        frontier.learn();
      }
    }
  }
}

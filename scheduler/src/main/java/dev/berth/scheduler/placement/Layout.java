package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Labels;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.NodePools;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pcollections.TreePMap;

/**
 * The zones, racks and shelves of one pool, in order of name. Made anew when a node comes or
 * changes what it is.
 */
record Layout(NodePool pool, List<Zone> zones, int racks) {
  record Zone(int number, List<Rack> racks) {}

  record Rack(int number, List<Shelf> shelves) {}

  Layout {
    zones = List.copyOf(zones);
  }

  boolean packs() {
    return pool.policy() == NodePool.Policy.PACK;
  }

  Rack rack(int number) {
    for (Zone zone : zones) {
      int at = number - zone.racks().getFirst().number();
      if (at >= 0 && at < zone.racks().size()) {
        return zone.racks().get(at);
      }
    }
    throw new IllegalArgumentException("there is no rack " + number);
  }

  /** Gives every node its shelf; the nodes come in order of their ids. */
  static Map<String, Layout> of(List<IndexedNode> nodes, NodePools pools) {
    var byPool = new TreeMap<String, List<IndexedNode>>();
    for (IndexedNode node : nodes) {
      byPool.computeIfAbsent(node.node().pool(), _ -> new ArrayList<>()).add(node);
    }
    var layouts = new TreeMap<String, Layout>();
    byPool.forEach((name, members) -> layouts.put(name, of(pools.named(name), members)));
    return layouts;
  }

  private static Layout of(NodePool pool, List<IndexedNode> nodes) {
    var zones = new ArrayList<Zone>();
    int rackNumber = 0;
    for (List<IndexedNode> inZone : by(Labels.ZONE, nodes)) {
      var racks = new ArrayList<Rack>();
      for (List<IndexedNode> inRack : by(Labels.RACK, inZone)) {
        racks.add(new Rack(rackNumber, shelve(pool.name(), zones.size(), rackNumber, inRack)));
        rackNumber++;
      }
      zones.add(new Zone(zones.size(), List.copyOf(racks)));
    }
    return new Layout(pool, zones, rackNumber);
  }

  private static Iterable<List<IndexedNode>> by(String label, List<IndexedNode> nodes) {
    var parts = new TreeMap<String, List<IndexedNode>>();
    for (IndexedNode node : nodes) {
      parts.computeIfAbsent(node.node().label(label, ""), _ -> new ArrayList<>()).add(node);
    }
    return parts.values();
  }

  private static List<Shelf> shelve(String pool, int zone, int rack, List<IndexedNode> nodes) {
    var shelves = new ArrayList<Shelf>();
    var open = new TreeMap<String, Shelf>();
    var members = new TreeMap<String, Integer>();
    for (IndexedNode node : nodes) {
      TreePMap<String, String> labels = node.node().allLabels();
      String kind = labels + " " + node.node().capacity();
      int before = members.merge(kind, 1, Integer::sum) - 1;
      if (before % Shelf.MOST == 0) {
        var shelf = new Shelf(pool, zone, rack, labels);
        open.put(kind, shelf);
        shelves.add(shelf);
      }
      node.shelf = open.get(kind);
    }
    return List.copyOf(shelves);
  }
}

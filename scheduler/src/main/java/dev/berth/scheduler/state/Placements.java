package dev.berth.scheduler.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * All placements, found by id, by process type and by node.
 *
 * <p>The three maps always hold the same placements; what a node has given away is kept as a sum.
 */
public record Placements(
    PlacementMap<Placement> byId,
    TreePMap<ProcessTypeId, TreePMap<PlacementId, Placement>> byType,
    TreePMap<NodeId, TreePMap<PlacementId, Placement>> byNode,
    TreePMap<NodeId, Capacity> booked) {

  public static final Placements NONE =
      new Placements(PlacementMap.empty(), TreePMap.empty(), TreePMap.empty(), TreePMap.empty());

  public Optional<Placement> find(PlacementId id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** In order of id, that is oldest first. */
  public Collection<Placement> of(ProcessTypeId type) {
    return byType.getOrDefault(type, TreePMap.empty()).values();
  }

  public Collection<Placement> on(NodeId node) {
    return byNode.getOrDefault(node, TreePMap.empty()).values();
  }

  /** What the placements on a node have been promised, those that stop included. */
  public Capacity bookedOn(NodeId node) {
    return booked.getOrDefault(node, Capacity.NONE);
  }

  /** Process types of the app that have placements. */
  public List<ProcessTypeId> typesOf(AppId app) {
    var types = new ArrayList<ProcessTypeId>();
    for (ProcessTypeId type :
        byType.tailMap(new ProcessTypeId(app, Ranges.FIRST_NAME), true).keySet()) {
      if (!type.app().equals(app)) {
        break;
      }
      types.add(type);
    }
    return Collections.unmodifiableList(types);
  }

  Placements with(Placement placement) {
    Placement before = byId.get(placement.id());
    Placements rest = before == null ? this : without(before);
    ProcessTypeId type = placement.instance().type();
    return new Placements(
        rest.byId.plus(placement.id(), placement),
        added(rest.byType, type, placement),
        added(rest.byNode, placement.node(), placement),
        rest.booked.plus(
            placement.node(), rest.bookedOn(placement.node()).plus(placement.size().booked())));
  }

  Placements without(Placement gone) {
    Placement placement = byId.get(gone.id());
    if (placement == null) {
      return this;
    }
    Capacity left = bookedOn(placement.node()).minus(placement.size().booked());
    return new Placements(
        byId.minus(placement.id()),
        removed(byType, placement.instance().type(), placement.id()),
        removed(byNode, placement.node(), placement.id()),
        left.equals(Capacity.NONE)
            ? booked.minus(placement.node())
            : booked.plus(placement.node(), left));
  }

  private static <K> TreePMap<K, TreePMap<PlacementId, Placement>> added(
      TreePMap<K, TreePMap<PlacementId, Placement>> map, K key, Placement placement) {
    return map.plus(key, map.getOrDefault(key, TreePMap.empty()).plus(placement.id(), placement));
  }

  private static <K> TreePMap<K, TreePMap<PlacementId, Placement>> removed(
      TreePMap<K, TreePMap<PlacementId, Placement>> map, K key, PlacementId id) {
    TreePMap<PlacementId, Placement> left = map.getOrDefault(key, TreePMap.empty()).minus(id);
    return left.isEmpty() ? map.minus(key) : map.plus(key, left);
  }
}

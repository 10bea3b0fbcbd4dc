package dev.berth.agent.control;

import dev.berth.agent.order.InstanceName;
import dev.berth.agent.order.Orders;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Placement;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** The node as the loop left it after its last pass. Immutable. */
public record NodeView(Orders orders, Map<PlacementId, Placement> placements) {
  static final NodeView EMPTY = new NodeView(Orders.none(), Map.of());

  public Collection<Placement> all() {
    return placements.values();
  }

  public Optional<Placement> placement(PlacementId id) {
    return Optional.ofNullable(placements.get(id));
  }

  public Optional<InstanceName> instance(PlacementId id) {
    return orders.of(id).map(order -> order.instance());
  }
}

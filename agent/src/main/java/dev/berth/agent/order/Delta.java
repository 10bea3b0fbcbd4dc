package dev.berth.agent.order;

import java.util.List;

/** What changed in the orders since {@code fromRevision}. */
public record Delta(
    long epoch, long fromRevision, long revision, List<Order> orders, List<PlacementId> dropped) {
  public Delta {
    orders = List.copyOf(orders);
    dropped = List.copyOf(dropped);
  }
}

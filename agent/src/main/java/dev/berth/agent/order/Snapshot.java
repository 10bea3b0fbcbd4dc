package dev.berth.agent.order;

import java.util.List;

/** Everything that is wanted on this node; its count and checksum agreed. */
public record Snapshot(long epoch, long revision, List<Order> orders) {
  public Snapshot {
    orders = List.copyOf(orders);
  }
}

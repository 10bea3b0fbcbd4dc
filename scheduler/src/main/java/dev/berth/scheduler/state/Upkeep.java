package dev.berth.scheduler.state;

/** What is durable beside the tenants' things: how the cluster itself is kept. */
public record Upkeep(FreezeOrder freeze) {
  public static final Upkeep NONE = new Upkeep(FreezeOrder.NONE);

  public Upkeep with(FreezeOrder order) {
    return new Upkeep(order);
  }
}

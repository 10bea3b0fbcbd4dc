package dev.berth.agent.order;

/** What should become of one placement. */
public record Order(PlacementId id, InstanceName instance, Target target, ContainerSpec spec) {

  Order stopped() {
    return new Order(id, instance, Target.STOP, spec);
  }
}

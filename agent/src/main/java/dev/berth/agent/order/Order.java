package dev.berth.agent.order;

/**
 * What should become of one placement.
 *
 * @param egress may change while the placement lives; the specification may not
 */
public record Order(
    PlacementId id, InstanceName instance, Target target, ContainerSpec spec, Egress egress) {

  /** The order after this one: the target and the egress policy are the newest. */
  Order followedBy(Order next) {
    Target now = next.target == Target.STOP ? Target.STOP : target;
    return new Order(id, instance, now, spec, next.egress);
  }
}

package dev.berth.simulation.host;

import dev.berth.agent.order.InstanceName;

/**
 * One incarnation of a placement on a node.
 *
 * @param isHealthy whether a health check has passed and none failed since
 * @param ignoresTerm it ends only when it is killed
 */
public record Container(
    long placement,
    InstanceName instance,
    int release,
    int incarnation,
    String address,
    long startedAt,
    boolean isHealthy,
    boolean ignoresTerm) {

  Container healthy(boolean healthy) {
    return new Container(
        placement, instance, release, incarnation, address, startedAt, healthy, ignoresTerm);
  }
}

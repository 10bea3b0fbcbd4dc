package dev.berth.agent.link;

import dev.berth.agent.runtime.Capacity;
import java.util.Map;

/**
 * What does not change about this node while its agent runs.
 *
 * @param addresses instances that can have one at a time
 */
public record NodeFacts(
    String node,
    String clusterId,
    String bootId,
    String agentVersion,
    Capacity capacity,
    int addresses,
    String arch,
    Map<String, String> labels,
    String runtime) {
  public NodeFacts {
    labels = Map.copyOf(labels);
  }
}

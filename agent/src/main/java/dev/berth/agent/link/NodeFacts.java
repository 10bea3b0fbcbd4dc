package dev.berth.agent.link;

import dev.berth.agent.runtime.Capacity;
import java.util.Map;

/** What does not change about this node while its agent runs. */
public record NodeFacts(
    String node,
    String clusterId,
    String bootId,
    String agentVersion,
    Capacity capacity,
    String arch,
    Map<String, String> labels,
    String runtime) {
  public NodeFacts {
    labels = Map.copyOf(labels);
  }
}

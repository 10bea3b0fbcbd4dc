package dev.berth.scheduler.state;

import org.pcollections.TreePMap;

/**
 * A node that has said hello at least once, as it last described itself, and what operators have
 * said of it.
 */
public record KnownNode(
    NodeId id,
    Capacity capacity,
    String arch,
    TreePMap<String, String> labels,
    String agentVersion,
    String runtime,
    String bootId,
    NodePolicy policy) {

  public KnownNode(
      NodeId id,
      Capacity capacity,
      String arch,
      TreePMap<String, String> labels,
      String agentVersion,
      String runtime,
      String bootId) {
    this(id, capacity, arch, labels, agentVersion, runtime, bootId, NodePolicy.NONE);
  }

  public KnownNode with(NodePolicy other) {
    return new KnownNode(id, capacity, arch, labels, agentVersion, runtime, bootId, other);
  }

  /** The agent's labels, the operators' over them, and the architecture. */
  public TreePMap<String, String> allLabels() {
    return labels.plusAll(policy.labels()).plus(Labels.ARCH, arch);
  }

  public String pool() {
    return label(Labels.POOL, NodePool.DEFAULT);
  }

  /** One label, as {@link #allLabels} has it. */
  public String label(String key, String otherwise) {
    String ofOperators = policy.labels().get(key);
    return ofOperators == null ? labels.getOrDefault(key, otherwise) : ofOperators;
  }
}

package dev.berth.scheduler.state;

/** Names a node. */
public record NodeId(String name) implements Comparable<NodeId> {
  public NodeId {
    Names.requireNode(name);
  }

  @Override
  public int compareTo(NodeId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}

package dev.berth.agent.order;

/** Names one placement of an instance on one node; never reused. */
public record PlacementId(long value) implements Comparable<PlacementId> {
  public PlacementId {
    if (value < 1) {
      throw new IllegalArgumentException("placement id must be at least 1, not " + value);
    }
  }

  @Override
  public int compareTo(PlacementId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return Long.toString(value);
  }
}

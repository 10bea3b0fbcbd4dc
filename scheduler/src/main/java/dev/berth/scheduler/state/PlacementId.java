package dev.berth.scheduler.state;

/** Names one placement of an instance on a node; never reused. */
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
    return "p" + value;
  }
}

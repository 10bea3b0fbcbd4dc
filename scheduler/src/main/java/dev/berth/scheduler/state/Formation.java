package dev.berth.scheduler.state;

/** How many instances of which size one process type should have, and where they may go. */
public record Formation(int count, String size, Demands demands) {
  public Formation {
    if (count < 0) {
      throw new IllegalArgumentException("formation count must not be negative, is " + count);
    }
  }

  public Formation(int count, String size) {
    this(count, size, Demands.NONE);
  }
}

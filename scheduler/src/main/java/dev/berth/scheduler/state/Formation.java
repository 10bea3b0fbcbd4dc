package dev.berth.scheduler.state;

/** How many instances of which size one process type should have. */
public record Formation(int count, String size) {
  public Formation {
    if (count < 0) {
      throw new IllegalArgumentException("formation count must not be negative, is " + count);
    }
  }
}

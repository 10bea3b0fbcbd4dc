package dev.berth.scheduler.state;

import org.jspecify.annotations.Nullable;

/**
 * How many instances of which size one process type should have, and where they may go.
 *
 * @param autoscale who owns the count; null while its users do
 */
public record Formation(int count, String size, Demands demands, @Nullable Autoscale autoscale) {
  public Formation {
    if (count < 0) {
      throw new IllegalArgumentException("formation count must not be negative, is " + count);
    }
  }

  public Formation(int count, String size, Demands demands) {
    this(count, size, demands, null);
  }

  public Formation(int count, String size) {
    this(count, size, Demands.NONE);
  }

  public Formation withCount(int other) {
    return new Formation(other, size, demands, autoscale);
  }

  public Formation with(@Nullable Autoscale other) {
    return new Formation(count, size, demands, other);
  }
}

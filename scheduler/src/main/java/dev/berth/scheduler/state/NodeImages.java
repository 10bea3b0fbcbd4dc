package dev.berth.scheduler.state;

import java.util.Set;

/**
 * The images that a node said it has.
 *
 * @param problem why one that it should hold is not there, in words; empty if nothing is amiss
 */
public record NodeImages(Set<Digest> held, String problem) {
  /** Of one node; what it names beyond is not believed. */
  public static final int MOST = 10_000;

  public NodeImages {
    held = Set.copyOf(held);
    if (held.size() > MOST) {
      throw new IllegalArgumentException(
          "a node holds at most %d images, not %d".formatted(MOST, held.size()));
    }
  }
}

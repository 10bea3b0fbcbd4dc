package dev.berth.scheduler.state;

import java.time.Instant;

/**
 * One numbered version of a base line.
 *
 * @param isWithdrawn whether a campaign was rolled back from it: no release takes it by itself
 * @param isForgotten whether its image is gone: nothing can be moved to it
 */
public record BaseVersion(
    int number,
    Digest digest,
    long bytes,
    Instant publishedAt,
    String notes,
    boolean isWithdrawn,
    boolean isForgotten) {
  public BaseVersion withdrawn(boolean withdrawn) {
    return new BaseVersion(number, digest, bytes, publishedAt, notes, withdrawn, isForgotten);
  }

  public BaseVersion forgotten() {
    return new BaseVersion(number, digest, bytes, publishedAt, notes, isWithdrawn, true);
  }

  boolean isUsable() {
    return !isWithdrawn && !isForgotten;
  }
}

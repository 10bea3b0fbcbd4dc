package dev.berth.scheduler.state;

import java.time.Instant;

/**
 * One numbered version of a base line.
 *
 * @param isWithdrawn whether a campaign was rolled back from it: no release takes it by itself
 */
public record BaseVersion(
    int number, Digest digest, long bytes, Instant publishedAt, String notes, boolean isWithdrawn) {
  public BaseVersion withdrawn(boolean withdrawn) {
    return new BaseVersion(number, digest, bytes, publishedAt, notes, withdrawn);
  }
}

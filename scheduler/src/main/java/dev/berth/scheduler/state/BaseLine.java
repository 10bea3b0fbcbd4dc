package dev.berth.scheduler.state;

import java.util.Optional;
import org.pcollections.TreePVector;

/**
 * A base line and its versions, oldest first.
 *
 * <p>They are numbered upwards from 1; after a restore some numbers are left out.
 */
public record BaseLine(String name, TreePVector<BaseVersion> versions) {
  /** In one line, so many at most. */
  public static final int MAX_VERSIONS = 1000;

  public BaseVersion newest() {
    return versions.get(versions.size() - 1);
  }

  /** The newest that was not withdrawn and is not forgotten; if there is none, the newest. */
  public BaseVersion newestInUse() {
    for (int at = versions.size() - 1; at >= 0; at--) {
      if (versions.get(at).isUsable()) {
        return versions.get(at);
      }
    }
    return newest();
  }

  /**
   * The newest before {@code number} that was not withdrawn and is not forgotten; 0 if there is
   * none.
   */
  public int before(int number) {
    for (int at = versions.size() - 1; at >= 0; at--) {
      BaseVersion version = versions.get(at);
      if (version.number() < number && version.isUsable()) {
        return version.number();
      }
    }
    return 0;
  }

  public BaseLine with(BaseVersion version) {
    return new BaseLine(name, TreePVector.from(versions.with(place(version.number()), version)));
  }

  public Optional<BaseVersion> version(int number) {
    int place = place(number);
    return place < 0 ? Optional.empty() : Optional.of(versions.get(place));
  }

  /** Where the version with that number stands; negative if there is none. */
  private int place(int number) {
    int low = 0;
    int high = Math.min(number, versions.size()) - 1; // numbers only ever skip ahead
    if (high >= 0 && versions.get(high).number() == number) {
      return high;
    }
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = versions.get(middle).number();
      if (found == number) {
        return middle;
      }
      low = found < number ? middle + 1 : low;
      high = found > number ? middle - 1 : high;
    }
    return -1;
  }
}

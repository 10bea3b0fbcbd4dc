package dev.berth.scheduler.state;

import java.util.Optional;
import org.pcollections.TreePVector;

/** A base line and its versions, oldest first, numbered from 1 without gaps. */
public record BaseLine(String name, TreePVector<BaseVersion> versions) {
  public BaseVersion newest() {
    return versions.get(versions.size() - 1);
  }

  /** The newest that was not withdrawn and is not forgotten; if there is none, the newest. */
  public BaseVersion newestInUse() {
    for (int number = versions.size(); number >= 1; number--) {
      if (versions.get(number - 1).isUsable()) {
        return versions.get(number - 1);
      }
    }
    return newest();
  }

  /**
   * The newest before {@code number} that was not withdrawn and is not forgotten; 0 if there is
   * none.
   */
  public int before(int number) {
    for (int earlier = number - 1; earlier >= 1; earlier--) {
      if (versions.get(earlier - 1).isUsable()) {
        return earlier;
      }
    }
    return 0;
  }

  public BaseLine with(BaseVersion version) {
    return new BaseLine(name, TreePVector.from(versions.with(version.number() - 1, version)));
  }

  public Optional<BaseVersion> version(int number) {
    return number >= 1 && number <= versions.size()
        ? Optional.of(versions.get(number - 1))
        : Optional.empty();
  }
}

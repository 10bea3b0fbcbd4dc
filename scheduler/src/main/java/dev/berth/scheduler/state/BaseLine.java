package dev.berth.scheduler.state;

import java.util.Optional;
import org.pcollections.TreePVector;

/** A base line and its versions, oldest first, numbered from 1 without gaps. */
public record BaseLine(String name, TreePVector<BaseVersion> versions) {
  public BaseVersion newest() {
    return versions.get(versions.size() - 1);
  }

  public Optional<BaseVersion> version(int number) {
    return number >= 1 && number <= versions.size()
        ? Optional.of(versions.get(number - 1))
        : Optional.empty();
  }
}

package dev.berth.scheduler.state;

import java.util.Locale;
import java.util.Optional;

/** Who waits for whom when there is no room, lowest first. */
public enum Priority {
  /** Any tenant's instances of a higher class may take its place. */
  PREEMPTIBLE,
  LOW,
  NORMAL,
  HIGH;

  /** As it is written: normal. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Priority> find(String word) {
    for (Priority priority : values()) {
      if (priority.word().equals(word)) {
        return Optional.of(priority);
      }
    }
    return Optional.empty();
  }
}

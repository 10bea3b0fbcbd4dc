package dev.berth.scheduler.state;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * What a trial of a base has made of an app, by process type.
 *
 * <p>While one is under way it has a shadow instance: an instance of the process type {@value
 * ProcessType#TRIAL}, whose index is the place of the one that it stands for in its release.
 */
public record Shadow(TrialId trial, TreePMap<String, Tried> types) {

  /** One process type; the words say why. */
  public record Tried(Outcome outcome, String words, Instant since) {}

  /** What came of it. */
  public enum Outcome {
    UNDER_WAY,
    HEALTHY,
    /** It ended, or could not be started. */
    BROKEN,
    NOT_HEALTHY,
    NO_ROOM,
    /** There was nothing to try. */
    LEFT_OUT
  }

  public boolean isUnderWay() {
    return types.values().stream().anyMatch(it -> it.outcome() == Outcome.UNDER_WAY);
  }

  public Shadow with(String type, Tried tried) {
    return new Shadow(trial, types.plus(type, tried));
  }

  /** The process type of the release that a shadow instance of this index stands for. */
  public static Optional<ProcessType> stoodFor(Release release, int index) {
    List<ProcessType> all = List.copyOf(release.processTypes().values());
    return index <= all.size() ? Optional.of(all.get(index - 1)) : Optional.empty();
  }

  /** The index of its shadow instances; 0 if the release has no such process type. */
  public static int index(Release release, String type) {
    return List.copyOf(release.processTypes().keySet()).indexOf(type) + 1;
  }
}

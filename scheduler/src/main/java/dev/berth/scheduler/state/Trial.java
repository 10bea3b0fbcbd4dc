package dev.berth.scheduler.state;

import java.time.Duration;
import java.time.Instant;
import org.pcollections.TreePSet;

/**
 * A base version tried under apps that run on another, with a shadow instance of each that no route
 * leads to.
 *
 * <p>What became of each app is kept with the app, so a trial stays small however many there are.
 */
public record Trial(TrialId id, Course course, Standing standing, Campaign.Origin origin) {

  /**
   * What is tried, and on whom.
   *
   * @param apps only these; none: all that are deployed
   * @param from only apps of this base line; empty: of any
   * @param atATime so many shadow instances
   * @param within so long may one take to find room and become healthy
   * @param isOfAllTypes of every process type with instances, not of web alone
   */
  public record Course(
      String line,
      int to,
      TreePSet<AppId> apps,
      String from,
      int atATime,
      Duration within,
      boolean isOfAllTypes) {}

  /** How far it has come; the words are for the operator. */
  public record Standing(Phase phase, Instant since, String words) {}

  /** What it does at the moment. */
  public enum Phase {
    TRYING,
    DONE,
    /** Ended by an operator before all was tried. */
    HALTED
  }

  public boolean isOver() {
    return standing.phase() != Phase.TRYING;
  }

  /** Is it about the app, as that is now? */
  public boolean concerns(App app) {
    boolean isThere =
        app.baseLine().equals(course.line()) && app.release().baseVersion() == course.to();
    return app.isDeployed()
        && !app.isLeaving()
        && !isThere
        && (course.apps().isEmpty() || course.apps().contains(app.id()))
        && (course.from().isEmpty() || course.from().equals(app.baseLine()));
  }

  public Trial in(Phase phase, Instant now, String words) {
    return new Trial(id, course, new Standing(phase, now, words), origin);
  }
}

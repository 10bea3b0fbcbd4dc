package dev.berth.scheduler.state;

import java.time.Instant;

/**
 * A release on its way to its app's instances; kept afterwards, to say how it ended.
 *
 * @param from the release that it replaces and goes back to; 0 if there is none
 * @param fromBase the base version of that
 * @param to the release that it brings
 */
public record Deploy(int from, int fromBase, int to, Standing standing) {

  /**
   * How far it has come.
   *
   * @param part of the canary; the number of parts once all instances are due
   * @param since when it came into this phase and part
   * @param words why, for the operator
   */
  public record Standing(Phase phase, int part, Instant since, boolean isPaused, String words) {}

  /** What it does at the moment. */
  public enum Phase {
    /** The release's own command runs; no instance is touched before it has ended well. */
    RELEASING,
    /** Instances are replaced. */
    ROLLING,
    DONE,
    /** Taken back: the release before it runs. */
    RETURNED,
    /** It does not stand, but there is nothing to go back to, or nobody wanted it. */
    FAILED
  }

  public static Deploy begin(int from, int fromBase, int to, Phase phase, Instant now) {
    return new Deploy(from, fromBase, to, new Standing(phase, 0, now, false, ""));
  }

  public boolean isUnderWay() {
    return standing.phase() == Phase.RELEASING || standing.phase() == Phase.ROLLING;
  }

  public boolean isReleasing() {
    return standing.phase() == Phase.RELEASING;
  }

  public boolean isPaused() {
    return isUnderWay() && standing.isPaused();
  }

  public Deploy in(Phase phase, Instant now, String words) {
    return with(new Standing(phase, standing.part(), now, false, words));
  }

  /** The release command has ended well; a pause goes on. */
  public Deploy rolling(Instant now) {
    return with(new Standing(Phase.ROLLING, 0, now, standing.isPaused(), ""));
  }

  public Deploy inNextPart(Instant now) {
    return with(new Standing(Phase.ROLLING, standing.part() + 1, now, standing.isPaused(), ""));
  }

  public Deploy paused(boolean isPaused) {
    return with(
        new Standing(
            standing.phase(), standing.part(), standing.since(), isPaused, standing.words()));
  }

  /** The old release stands on another base version now. */
  Deploy onBase(int version) {
    return new Deploy(from, from == 0 ? fromBase : version, to, standing);
  }

  private Deploy with(Standing other) {
    return new Deploy(from, fromBase, to, other);
  }
}

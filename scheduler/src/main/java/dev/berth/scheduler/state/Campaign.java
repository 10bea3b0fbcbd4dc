package dev.berth.scheduler.state;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/**
 * A base version on its way over the fleet, ring by ring.
 *
 * <p>Which apps it has moved is kept with the apps, so a campaign stays small however many there
 * are.
 */
public record Campaign(
    CampaignId id, Course course, TreePVector<Ring> rings, Standing standing, Origin origin) {

  /**
   * Where it leads.
   *
   * @param from the version that apps go back to unless they know better; 0 if there is none
   * @param soak how long a ring must have been quiet before the next one begins
   * @param isOverride whether pins are passed over and the brakes are wider
   */
  public record Course(String line, int from, int to, Duration soak, boolean isOverride) {}

  /** Apps by name, or a share of all of the line's apps, those of earlier rings included. */
  public record Ring(TreePSet<AppId> apps, int percent) {
    public static Ring of(TreePSet<AppId> apps) {
      return new Ring(apps, 0);
    }

    public static Ring of(int percent) {
      return new Ring(TreePSet.empty(), percent);
    }

    public boolean isByName() {
      return percent == 0;
    }

    /** "10%", or "2 apps by name". */
    public String words() {
      return isByName() ? apps.size() + " app(s) by name" : percent + "%";
    }
  }

  /**
   * How far it has come.
   *
   * @param ring counted from 0
   * @param since when it came into this phase and ring
   * @param quietSince when the last app of the ring had settled; null while one has not
   * @param words why, for the operator
   */
  public record Standing(
      Phase phase, int ring, Instant since, @Nullable Instant quietSince, String words) {}

  /** Who began it, when and why. */
  public record Origin(Instant at, String actor, String reason) {}

  /** What it does at the moment. */
  public enum Phase {
    /** Nodes fetch the image; no app is moved. */
    PREFETCHING,
    /** Apps are being moved. */
    ROLLING,
    /** No further app is moved; those that are on their way go on. */
    HALTED,
    /** Apps are being moved back. */
    ROLLING_BACK,
    DONE,
    ROLLED_BACK;

    public boolean isOver() {
      return this == DONE || this == ROLLED_BACK;
    }
  }

  public boolean isOver() {
    return standing.phase().isOver();
  }

  public Ring currentRing() {
    return rings.get(standing.ring());
  }

  public boolean isInLastRing() {
    return standing.ring() == rings.size() - 1;
  }

  public Campaign in(Phase phase, Instant now, String words) {
    return with(new Standing(phase, standing.ring(), now, null, words));
  }

  public Campaign inNextRing(Instant now) {
    return with(new Standing(Phase.ROLLING, standing.ring() + 1, now, null, ""));
  }

  public Campaign quietSince(@Nullable Instant quietSince) {
    return with(
        new Standing(
            standing.phase(), standing.ring(), standing.since(), quietSince, standing.words()));
  }

  private Campaign with(Standing other) {
    return new Campaign(id, course, rings, other, origin);
  }
}

package dev.berth.scheduler.campaign;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.RolloutPolicy;

/**
 * How one app stands to a campaign.
 *
 * @param reason in words for the operator; empty where nothing holds it up
 */
public record Review(App app, Place place, String reason) {
  /** Where it is on its way. */
  public enum Place {
    WAITING,
    MOVING,
    MOVED,
    /** Its new instances do not run, though its old ones do. */
    BROKEN,
    /** On its way for so long that nobody waits for it. */
    STUCK,
    PINNED,
    /** Moved back. */
    RETURNED
  }

  /** How many replacements it may have open at a time. */
  int weight() {
    int weight = 0;
    RolloutPolicy policy = app.turnover().policy();
    for (var formation : app.formation().values()) {
      int count = formation.count();
      int atATime = Math.max(policy.surgeOf(count), policy.unavailableOf(count));
      weight += Math.min(count, atATime);
    }
    return weight;
  }

  public Review {
    if (!app.isDeployed()) {
      throw new IllegalArgumentException(app.id() + " has no release that could be moved");
    }
  }
}

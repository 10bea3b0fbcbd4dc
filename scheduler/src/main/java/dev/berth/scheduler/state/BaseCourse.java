package dev.berth.scheduler.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an app stands to campaigns of its base line, and to trials of others.
 *
 * @param campaign the last one that moved it; null if none did
 * @param before the version that it ran on before that
 * @param at when it was moved, or moved back
 * @param isReturned whether it was moved back since
 * @param pin what keeps campaigns away from it, if anything
 * @param shadow what the last trial that it was part of has made of it; null if there was none
 */
public record BaseCourse(
    @Nullable CampaignId campaign,
    int before,
    Instant at,
    boolean isReturned,
    @Nullable Pin pin,
    @Nullable Shadow shadow) {
  public static final BaseCourse NONE = new BaseCourse(null, 0, Instant.EPOCH, false, null, null);

  /** Until then no campaign moves the app, unless an operator overrides it. */
  public record Pin(Instant until, String reason) {}

  public boolean isPinned(Instant now) {
    return pin != null && now.isBefore(pin.until());
  }

  public boolean wasMovedBy(CampaignId id) {
    return id.equals(campaign) && !isReturned;
  }

  public boolean wasReturnedBy(CampaignId id) {
    return id.equals(campaign) && isReturned;
  }

  BaseCourse movedBy(CampaignId id, int from, Instant now) {
    return new BaseCourse(id, from, now, false, pin, shadow);
  }

  BaseCourse returnedBy(CampaignId id, int from, Instant now) {
    return new BaseCourse(id, from, now, true, pin, shadow);
  }

  BaseCourse with(@Nullable Pin newPin) {
    return new BaseCourse(campaign, before, at, isReturned, newPin, shadow);
  }

  BaseCourse with(@Nullable Shadow newShadow) {
    return new BaseCourse(campaign, before, at, isReturned, pin, newShadow);
  }

  /** What the trial has made of the app; null if it has not come to it. */
  public @Nullable Shadow shadowOf(TrialId trial) {
    return shadow != null && shadow.trial().equals(trial) ? shadow : null;
  }
}

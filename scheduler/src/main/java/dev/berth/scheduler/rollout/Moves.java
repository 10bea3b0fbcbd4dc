package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseCourse;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Wanted;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many instances of one app the platform may still move for its own reasons.
 *
 * <p>Placements made within the last hour count, whatever they were made for: a budget spent by a
 * deploy is spent. After a change of leader those that are left count; what was moved twice within
 * the hour then counts once. Confined to one plan.
 */
final class Moves {
  private static final Duration HOUR = Duration.ofHours(1);

  private final View view;
  private final @Nullable App app;
  private int left = -1;
  private int taken;
  private final List<PlacementId> asks = new ArrayList<>();

  Moves(View view, @Nullable App app) {
    this.view = view;
    this.app = app;
  }

  /** Is this replacement the platform's wish rather than the app's? */
  boolean isPlatforms(Placement old, Wanted wanted) {
    if (app == null || view.isLost(old)) {
      return false;
    }
    Wanted was = old.wanted();
    boolean isSameButBase =
        was.release() == wanted.release()
            && was.size().equals(wanted.size())
            && was.restartToken() == wanted.restartToken();
    return isSameButBase
        && (was.baseVersion() == wanted.baseVersion() || isByBoundCampaign(app.baseCourse()));
  }

  /** What goes back, or is overridden for security, is not held up. */
  private boolean isByBoundCampaign(BaseCourse course) {
    if (course.campaign() == null || course.isReturned()) {
      return false;
    }
    Campaign campaign = view.state().campaigns().get(course.campaign());
    return campaign != null && !campaign.course().isOverride();
  }

  /** Can the budget bear one more? The coordinator is another matter. */
  boolean mayTake(Placement old) {
    Budget budget = budget();
    if (taken >= view.allowance().left()) {
      return false;
    }
    if (!view.hasPassed(old.since(), budget.minBetween()) || !budget.isOpen(view.now())) {
      return false;
    }
    if (budget.movesPerHour() > 0 && left < 0) {
      left = Math.max(0, budget.movesPerHour() - madeLately());
    }
    return budget.movesPerHour() == 0 || left > 0;
  }

  /** One that may be taken is taken. */
  void take() {
    left -= budget().movesPerHour() > 0 ? 1 : 0;
    taken++;
  }

  /** Has the app's coordinator, if there is one, allowed it? If it was not asked, it is to be. */
  boolean isAgreed(Placement old) {
    if (budget().coordinator() == null) {
      return true;
    }
    Consent consent = consent(old);
    if (consent == null) {
      asks.add(old.id());
    }
    return consent != null && consent.standing() == Consent.Standing.ALLOWED;
  }

  /** Is its answer awaited, or about to be? */
  boolean isAsked(Placement old) {
    Consent consent = consent(old);
    return consent == null || consent.standing() == Consent.Standing.ASKED;
  }

  List<PlacementId> asks() {
    return asks;
  }

  private @Nullable Consent consent(Placement old) {
    Consent consent = view.allowance().consents().apply(old.id());
    return consent == null || consent.isOver(view.now()) ? null : consent;
  }

  private Budget budget() {
    return app == null ? Budget.NONE : app.turnover().budget();
  }

  /** Those that are gone again are known only of this term. */
  private int madeLately() {
    int made = 0;
    int before = 0;
    if (app != null) {
      for (ProcessTypeId type : view.state().placements().typesOf(app.id())) {
        if (type.isShadow()) {
          continue;
        }
        for (Placement placement : view.state().placements().of(type)) {
          boolean isLate = placement.since().plus(HOUR).isAfter(view.now());
          made += placement.isWanted() && isLate ? 1 : 0;
          boolean isEarlier = placement.since().isBefore(view.began());
          before += placement.isWanted() && isLate && isEarlier ? 1 : 0;
        }
      }
      made = Math.max(made, before + view.allowance().lately().applyAsInt(app.id()));
    }
    return made;
  }
}

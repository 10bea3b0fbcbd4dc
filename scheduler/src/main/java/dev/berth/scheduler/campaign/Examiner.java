package dev.berth.scheduler.campaign;

import dev.berth.scheduler.campaign.Review.Place;
import dev.berth.scheduler.signals.Comparison;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseCourse;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Campaign.Phase;
import dev.berth.scheduler.state.Exit;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Says how apps stand to one campaign, and why. */
final class Examiner {
  /** As long as an instance may take to start; see DESIGN on timers. */
  static final Duration START_AT_MOST = Duration.ofMinutes(5);

  /** Nobody waits longer for an app that cannot be placed or does not stop. */
  static final Duration MOVE_AT_MOST = Duration.ofMinutes(10);

  /** An instance that has ended so often will not stand by itself. */
  private static final int INCARNATIONS = 3;

  private final Campaign campaign;
  private final Fleet fleet;

  Examiner(Campaign campaign, Fleet fleet) {
    this.campaign = campaign;
    this.fleet = fleet;
  }

  Review review(App app) {
    BaseCourse course = app.baseCourse();
    if (app.release().baseVersion() == campaign.course().to()) {
      return onTarget(app);
    }
    if (course.wasReturnedBy(campaign.id())) {
      boolean isBack = fleet.isSettled().test(app) || isOld(course);
      return isBack || campaign.standing().phase() != Phase.ROLLING_BACK
          ? new Review(app, Place.RETURNED, "moved back to v" + app.release().baseVersion())
          : new Review(app, Place.MOVING, "on its way back");
    }
    if (course.isPinned(fleet.now()) && !campaign.course().isOverride()) {
      return new Review(app, Place.PINNED, pinned(course));
    }
    return new Review(app, Place.WAITING, "");
  }

  private static String pinned(BaseCourse course) {
    BaseCourse.Pin pin = course.pin();
    return pin == null ? "" : "pinned until %s: %s".formatted(pin.until(), pin.reason());
  }

  private Review onTarget(App app) {
    Comparison traffic = traffic(app);
    if (traffic.isWorse() && !campaign.isOver()) {
      return new Review(app, Place.BROKEN, traffic.words());
    }
    if (fleet.isSettled().test(app)) {
      return new Review(app, Place.MOVED, "");
    }
    boolean isMoving = false;
    for (ProcessTypeId type : fleet.state().placements().typesOf(app.id())) {
      if (type.isShadow()) {
        continue;
      }
      for (Placement placement : fleet.state().placements().of(type)) {
        if (!isOnTarget(placement)) {
          isMoving = true;
        } else if (placement.isWanted() && !isRunning(placement)) {
          isMoving = true;
          String fault = fault(placement);
          if (!fault.isEmpty() && ranBefore(placement)) {
            return new Review(app, Place.BROKEN, fault);
          }
        }
      }
    }
    if (!isMoving) {
      return new Review(app, Place.MOVED, "");
    }
    return isOld(app.baseCourse())
        ? new Review(app, Place.STUCK, "not there after %d min".formatted(MOVE_AT_MOST.toMinutes()))
        : new Review(app, Place.MOVING, "");
  }

  /**
   * What the routers see of the app on this campaign's version and on the one that it came from.
   */
  Comparison traffic(App app) {
    BaseCourse course = app.baseCourse();
    int before = course.wasMovedBy(campaign.id()) ? course.before() : campaign.course().from();
    return Comparison.ofBases(
        fleet.actual().signals(), app.id(), app.release().number(), campaign.course().to(), before);
  }

  private boolean isOld(BaseCourse course) {
    return !fleet.now().isBefore(course.at().plus(MOVE_AT_MOST));
  }

  private boolean isOnTarget(Placement placement) {
    return placement.wanted().baseVersion() == campaign.course().to()
        && placement.wanted().baseLine().equals(campaign.course().line());
  }

  private boolean isRunning(Placement placement) {
    return fleet.actual().report(placement.id()).map(PlacementReport::isRunning).orElse(false);
  }

  /** What is wrong with an instance that does not run; empty while it may still come. */
  private String fault(Placement placement) {
    PlacementReport report = fleet.actual().report(placement.id()).orElse(null);
    if (report != null && report.incarnation() >= INCARNATIONS) {
      return "%s ends again and again: %s"
          .formatted(placement.instance().shortName(), words(report.lastExit()));
    }
    Instant latest = placement.since().plus(START_AT_MOST);
    return report == null || fleet.now().isBefore(latest)
        ? ""
        : "%s is not healthy after %d min: %s"
            .formatted(
                placement.instance().shortName(),
                START_AT_MOST.toMinutes(),
                words(report.lastExit()));
  }

  private static String words(@Nullable Exit exit) {
    return exit == null ? "it has not told why" : exit.message();
  }

  /** What did not run on the old version either says nothing about the new one. */
  private boolean ranBefore(Placement successor) {
    Placement old = null;
    for (Placement placement : fleet.state().placements().of(successor.instance().type())) {
      if (placement.instance().equals(successor.instance()) && !isOnTarget(placement)) {
        old = placement;
      }
    }
    return old == null || isRunning(old);
  }
}

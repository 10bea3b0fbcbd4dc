package dev.berth.scheduler.campaign;

import dev.berth.scheduler.campaign.Review.Place;
import dev.berth.scheduler.signals.Comparison;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Exit;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Compares how often instances end that were moved with those that were not, since the campaign
 * came into its ring; and what the routers saw of all moved apps together before and after.
 */
record Stability(int moved, int movedEnded, int unmoved, int unmovedEnded, Comparison traffic) {
  /** Of each kind; enough to tell, and cheap at a million. */
  private static final int SAMPLE = 5_000;

  /** In hundredths of all instances: so much worse may the moved ones be. */
  static final int MARGIN_PERCENT = 5;

  private static final int FEWEST = 2;

  static Stability of(Campaign campaign, Survey survey, Fleet fleet) {
    int moved = 0;
    int movedEnded = 0;
    int unmoved = 0;
    int unmovedEnded = 0;
    Comparison traffic = Comparison.NONE;
    var examiner = new Examiner(campaign, fleet);
    Instant began = campaign.standing().since();
    for (Review review : survey.reviews()) {
      boolean isMoved = review.place() == Place.MOVED;
      boolean isUnmoved = review.place() == Place.WAITING || review.place() == Place.PINNED;
      if (isMoved ? moved >= SAMPLE : !isUnmoved || unmoved >= SAMPLE) {
        continue;
      }
      if (isMoved) {
        traffic = traffic.plus(examiner.traffic(review.app()));
      }
      for (ProcessTypeId type : fleet.state().placements().typesOf(review.app().id())) {
        if (type.isShadow()) {
          continue;
        }
        for (Placement placement : fleet.state().placements().of(type)) {
          PlacementReport report = fleet.actual().report(placement.id()).orElse(null);
          boolean hasEnded =
              report != null && hasFailed(report.lastExit(), later(began, placement.since()));
          moved += isMoved ? 1 : 0;
          movedEnded += isMoved && hasEnded ? 1 : 0;
          unmoved += isMoved ? 0 : 1;
          unmovedEnded += !isMoved && hasEnded ? 1 : 0;
        }
      }
    }
    return new Stability(moved, movedEnded, unmoved, unmovedEnded, traffic);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static boolean hasFailed(@Nullable Exit exit, Instant since) {
    return exit != null && exit.cause() != Exit.Cause.STOPPED && !exit.at().isBefore(since);
  }

  boolean isWorse() {
    return endsMore() || traffic.isWorse();
  }

  private boolean endsMore() {
    if (movedEnded < FEWEST) {
      return false;
    }
    long share = movedEnded * 100L / moved;
    long usual = unmoved == 0 ? 0 : unmovedEnded * 100L / unmoved;
    return share > usual + MARGIN_PERCENT;
  }

  String words() {
    if (!endsMore()) {
      return "moved apps together: " + traffic.words();
    }
    return "%d of %d moved instances have ended by themselves since, of %d unmoved ones %d"
        .formatted(movedEnded, moved, unmoved, unmovedEnded);
  }
}

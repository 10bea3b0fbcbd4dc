package dev.berth.simulation.campaign;

import dev.berth.scheduler.campaign.Review.Place;
import dev.berth.scheduler.campaign.Survey;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Campaign.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the instances that still run on the old version wait for, at one moment. */
final class Waiting {
  private static final Duration HOUR = Duration.ofHours(1);

  /** In the order in which they come into force. */
  enum For {
    IMAGES,
    RING,
    BRAKE,
    WINDOW,
    MOVES_PER_HOUR,
    REST,
    CLUSTER_PACE,
    OWN_SURGE,
    REPLACEMENT;

    String words() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Snapshot snapshot;
  private final Campaign campaign;
  private final Map<For, Integer> counts = new TreeMap<>();

  private Waiting(Snapshot snapshot, Campaign campaign) {
    this.snapshot = snapshot;
    this.campaign = campaign;
  }

  static Map<For, Integer> of(Snapshot snapshot, Campaign campaign) {
    var waiting = new Waiting(snapshot, campaign);
    var fleet =
        new dev.berth.scheduler.campaign.Fleet(
            snapshot.state(), snapshot.actual(), _ -> true, snapshot.at());
    Survey survey = Survey.of(campaign, fleet);
    int reach = survey.reviews().isEmpty() ? 0 : survey.reach(campaign);
    for (int at = 0; at < survey.reviews().size(); at++) {
      App app = survey.reviews().get(at).app();
      if (survey.reviews().get(at).place() == Place.WAITING) {
        boolean isFetching = campaign.standing().phase() == Phase.PREFETCHING;
        waiting.count(app, isFetching ? For.IMAGES : at < reach ? For.BRAKE : For.RING);
      } else {
        waiting.count(app);
      }
    }
    return waiting.counts;
  }

  private void count(App app, For reason) {
    for (ProcessTypeId type : snapshot.state().placements().typesOf(app.id())) {
      counts.merge(reason, snapshot.state().placements().of(type).size(), Integer::sum);
    }
  }

  /** Of an app that the campaign has reached. */
  private void count(App app) {
    List<ProcessTypeId> types = snapshot.state().placements().typesOf(app.id());
    int lately = 0;
    int old = 0;
    Set<Object> open = new HashSet<>();
    for (ProcessTypeId type : types) {
      for (Placement placement : snapshot.state().placements().of(type)) {
        boolean isNew = placement.wanted().baseVersion() == campaign.course().to();
        lately += placement.isWanted() && isWithin(placement, HOUR) ? 1 : 0;
        old += placement.isWanted() && !isNew ? 1 : 0;
        if (placement.isWanted() && isNew) {
          open.add(placement.instance());
        }
      }
    }
    if (old == 0) {
      return;
    }
    for (ProcessTypeId type : types) {
      for (Placement placement : snapshot.state().placements().of(type)) {
        boolean isNew = placement.wanted().baseVersion() == campaign.course().to();
        if (placement.isWanted() && !isNew) {
          boolean isOpen = open.contains(placement.instance());
          For reason = isOpen ? For.REPLACEMENT : reason(app, placement, lately);
          counts.merge(reason, 1, Integer::sum);
        }
      }
    }
  }

  private For reason(App app, Placement placement, int lately) {
    Budget budget = app.turnover().budget();
    if (campaign.course().isOverride()) {
      return For.OWN_SURGE;
    }
    if (!budget.isOpen(snapshot.at())) {
      return For.WINDOW;
    }
    if (budget.movesPerHour() > 0 && lately >= budget.movesPerHour()) {
      return For.MOVES_PER_HOUR;
    }
    if (isWithin(placement, budget.minBetween())) {
      return For.REST;
    }
    return snapshot.movesLeft() == 0 ? For.CLUSTER_PACE : For.OWN_SURGE;
  }

  private boolean isWithin(Placement placement, Duration time) {
    Instant until = placement.since().plus(time);
    return until.isAfter(snapshot.at());
  }
}

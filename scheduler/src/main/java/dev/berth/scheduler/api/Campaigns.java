package dev.berth.scheduler.api;

import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.Campaign.Laggard;
import dev.berth.proto.v1.Campaign.NodeLaggard;
import dev.berth.proto.v1.RollBaseRequest;
import dev.berth.proto.v1.SteerCampaignRequest;
import dev.berth.scheduler.campaign.Fleet;
import dev.berth.scheduler.campaign.Prefetch;
import dev.berth.scheduler.campaign.Review;
import dev.berth.scheduler.campaign.Review.Place;
import dev.berth.scheduler.campaign.Survey;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.wire.Values;
import java.time.Duration;
import java.util.Locale;

/** Campaigns as the public API shows them, and what is asked of them. Pure. */
final class Campaigns {
  private static final int MAX_LAGGARDS = 100;

  private Campaigns() {}

  static Command.RollBase roll(RollBaseRequest request) {
    return new Command.RollBase(
        request.getLine(),
        Integer.toUnsignedLong(request.getTo()),
        request.getRingsList().stream()
            .map(ring ->
                new Command.RingAsked(
                    ring.getAppsList().stream().map(Values::appName).toList(),
                    Integer.toUnsignedLong(ring.getPercent())))
            .toList(),
        Duration.ofSeconds(Integer.toUnsignedLong(request.getSoakSeconds())),
        request.getOverride());
  }

  static Command.SteerCampaign steer(SteerCampaignRequest request, Command.Steering steering) {
    return new Command.SteerCampaign(request.getLine(), request.getNumber(), steering);
  }

  /** Without its apps. */
  static dev.berth.proto.v1.Campaign.Builder bare(Campaign campaign) {
    var built =
        dev.berth.proto.v1.Campaign.newBuilder()
            .setNumber(campaign.id().number())
            .setLine(campaign.course().line())
            .setFrom(campaign.course().from())
            .setTo(campaign.course().to())
            .setPhase(phase(campaign.standing().phase()))
            .setWords(campaign.standing().words())
            .setRing(campaign.standing().ring())
            .setBeganAt(campaign.origin().at().toEpochMilli())
            .setSince(campaign.standing().since().toEpochMilli())
            .setActor(campaign.origin().actor())
            .setReason(campaign.origin().reason())
            .setOverride(campaign.course().isOverride())
            .setSoakSeconds((int) campaign.course().soak().toSeconds());
    campaign.rings().forEach(ring -> built.addRings(ring.words()));
    return built;
  }

  /** With its progress and laggards, worked out from the snapshot. */
  static dev.berth.proto.v1.Campaign withProgress(Campaign campaign, Snapshot snapshot) {
    // Nothing is taken for settled here: the survey then looks at each placement.
    var fleet = new Fleet(snapshot.state(), snapshot.actual(), _ -> false, snapshot.at());
    Survey survey = Survey.of(campaign, fleet);
    var built = bare(campaign);
    Prefetch prefetch = Prefetch.of(campaign, snapshot.state(), snapshot.actual());
    built.setNodes(prefetch.nodes()).setNodesHolding(prefetch.holding().size());
    prefetch.lacking().stream()
        .limit(MAX_LAGGARDS)
        .forEach(it ->
            built.addNodeLaggards(
                NodeLaggard.newBuilder().setNode(it.node().name()).setReason(it.reason())));
    int instances = 0;
    int moved = 0;
    for (Review review : survey.reviews()) {
      for (Formation formation : review.app().formation().values()) {
        instances += formation.count();
      }
      moved += moved(snapshot, review.app(), campaign.course().to());
      if (review.place() != Place.MOVED && built.getLaggardsCount() < MAX_LAGGARDS) {
        built.addLaggards(laggard(review, snapshot));
      }
    }
    return built
        .setApps(survey.reviews().size())
        .setAppsMoved(survey.counts().getOrDefault(Place.MOVED, 0))
        .setInstances(instances)
        .setInstancesMoved(moved)
        .build();
  }

  private static int moved(Snapshot snapshot, App app, int version) {
    int moved = 0;
    for (ProcessTypeId type : snapshot.state().placements().typesOf(app.id())) {
      for (Placement placement : snapshot.state().placements().of(type)) {
        if (type.isShadow()) {
          continue;
        }
        moved += placement.isWanted() && placement.wanted().baseVersion() == version ? 1 : 0;
      }
    }
    return moved;
  }

  private static Laggard laggard(Review review, Snapshot snapshot) {
    AppId app = review.app().id();
    return Laggard.newBuilder()
        .setName(AppName.newBuilder().setTenant(app.tenant().name()).setApp(app.name()))
        .setStanding(review.place().name().toLowerCase(Locale.ROOT))
        .setReason(review.reason().isEmpty() ? Holdups.of(app, snapshot) : review.reason())
        .build();
  }

  private static dev.berth.proto.v1.Campaign.Phase phase(Campaign.Phase phase) {
    return switch (phase) {
      case PREFETCHING -> dev.berth.proto.v1.Campaign.Phase.PREFETCHING;
      case ROLLING -> dev.berth.proto.v1.Campaign.Phase.ROLLING;
      case HALTED -> dev.berth.proto.v1.Campaign.Phase.HALTED;
      case ROLLING_BACK -> dev.berth.proto.v1.Campaign.Phase.ROLLING_BACK;
      case DONE -> dev.berth.proto.v1.Campaign.Phase.DONE;
      case ROLLED_BACK -> dev.berth.proto.v1.Campaign.Phase.ROLLED_BACK;
    };
  }
}

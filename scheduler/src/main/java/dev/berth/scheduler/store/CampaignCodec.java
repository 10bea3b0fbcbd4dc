package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredApp;
import dev.berth.proto.stored.v1.StoredCampaign;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.BaseCourse;
import dev.berth.scheduler.state.BaseCourse.Pin;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Campaign.Course;
import dev.berth.scheduler.state.Campaign.Origin;
import dev.berth.scheduler.state.Campaign.Phase;
import dev.berth.scheduler.state.Campaign.Ring;
import dev.berth.scheduler.state.Campaign.Standing;
import dev.berth.scheduler.state.CampaignId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/** Campaigns, and how apps stand to them, to their stored form and back. */
final class CampaignCodec {
  private CampaignCodec() {}

  static StoredCampaign encoded(Campaign campaign) {
    Course course = campaign.course();
    Standing standing = campaign.standing();
    Instant quietSince = standing.quietSince();
    var stored =
        StoredCampaign.newBuilder()
            .setNumber(campaign.id().number())
            .setLine(course.line())
            .setFrom(course.from())
            .setTo(course.to())
            .setSoakMillis(course.soak().toMillis())
            .setOverride(course.isOverride())
            .setPhase(standing.phase().name())
            .setRing(standing.ring())
            .setSince(standing.since().toEpochMilli())
            .setQuietSince(quietSince == null ? 0 : quietSince.toEpochMilli())
            .setWords(standing.words())
            .setBeganAt(campaign.origin().at().toEpochMilli())
            .setActor(campaign.origin().actor())
            .setReason(campaign.origin().reason());
    for (Ring ring : campaign.rings()) {
      var part = StoredCampaign.Ring.newBuilder().setPercent(ring.percent());
      ring.apps().forEach(app -> part.addApps(app.toString()));
      stored.addRings(part);
    }
    return stored.build();
  }

  static Campaign decoded(StoredCampaign stored) {
    TreePVector<Ring> rings = TreePVector.empty();
    for (StoredCampaign.Ring ring : stored.getRingsList()) {
      TreePSet<AppId> apps = TreePSet.empty();
      for (String name : ring.getAppsList()) {
        int slash = name.indexOf('/');
        apps = apps.plus(AppId.of(name.substring(0, slash), name.substring(slash + 1)));
      }
      rings = rings.plus(new Ring(apps, ring.getPercent()));
    }
    return new Campaign(
        new CampaignId(stored.getNumber()),
        new Course(
            stored.getLine(),
            stored.getFrom(),
            stored.getTo(),
            Duration.ofMillis(stored.getSoakMillis()),
            stored.getOverride()),
        rings,
        new Standing(
            Phase.valueOf(stored.getPhase()),
            stored.getRing(),
            Instant.ofEpochMilli(stored.getSince()),
            time(stored.getQuietSince()),
            stored.getWords()),
        new Origin(
            Instant.ofEpochMilli(stored.getBeganAt()), stored.getActor(), stored.getReason()));
  }

  static void encode(BaseCourse course, StoredApp.Builder stored) {
    CampaignId campaign = course.campaign();
    Pin pin = course.pin();
    stored
        .setCampaign(campaign == null ? 0 : campaign.number())
        .setBaseVersionBefore(course.before())
        .setMovedAt(course.at().toEpochMilli())
        .setReturned(course.isReturned())
        .setPinnedUntil(pin == null ? 0 : pin.until().toEpochMilli())
        .setPinReason(pin == null ? "" : pin.reason());
    TrialCodec.encode(course.shadow(), stored);
  }

  static BaseCourse course(StoredApp stored) {
    Instant until = time(stored.getPinnedUntil());
    return new BaseCourse(
        stored.getCampaign() == 0 ? null : new CampaignId(stored.getCampaign()),
        stored.getBaseVersionBefore(),
        Instant.ofEpochMilli(stored.getMovedAt()),
        stored.getReturned(),
        until == null ? null : new Pin(until, stored.getPinReason()),
        TrialCodec.shadow(stored));
  }

  private static @Nullable Instant time(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis);
  }
}

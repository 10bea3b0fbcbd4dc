package dev.berth.scheduler.store;

import dev.berth.proto.stored.v1.StoredApp;
import dev.berth.proto.stored.v1.StoredTrial;
import dev.berth.proto.stored.v1.StoredTried;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Campaign.Origin;
import dev.berth.scheduler.state.Shadow;
import dev.berth.scheduler.state.Shadow.Outcome;
import dev.berth.scheduler.state.Shadow.Tried;
import dev.berth.scheduler.state.Trial;
import dev.berth.scheduler.state.Trial.Course;
import dev.berth.scheduler.state.Trial.Phase;
import dev.berth.scheduler.state.Trial.Standing;
import dev.berth.scheduler.state.TrialId;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/** Trials, and what they have made of apps, to their stored form and back. */
final class TrialCodec {
  private TrialCodec() {}

  static StoredTrial encoded(Trial trial) {
    Course course = trial.course();
    var stored =
        StoredTrial.newBuilder()
            .setNumber(trial.id().number())
            .setLine(course.line())
            .setTo(course.to())
            .setFrom(course.from())
            .setAtATime(course.atATime())
            .setWithinMillis(course.within().toMillis())
            .setAllTypes(course.isOfAllTypes())
            .setPhase(trial.standing().phase().name())
            .setSince(trial.standing().since().toEpochMilli())
            .setWords(trial.standing().words())
            .setBeganAt(trial.origin().at().toEpochMilli())
            .setActor(trial.origin().actor())
            .setReason(trial.origin().reason());
    course.apps().forEach(app -> stored.addApps(app.toString()));
    return stored.build();
  }

  static Trial decoded(StoredTrial stored) {
    TreePSet<AppId> apps = TreePSet.empty();
    for (String name : stored.getAppsList()) {
      int slash = name.indexOf('/');
      apps = apps.plus(AppId.of(name.substring(0, slash), name.substring(slash + 1)));
    }
    return new Trial(
        new TrialId(stored.getNumber()),
        new Course(
            stored.getLine(),
            stored.getTo(),
            apps,
            stored.getFrom(),
            stored.getAtATime(),
            Duration.ofMillis(stored.getWithinMillis()),
            stored.getAllTypes()),
        new Standing(
            Phase.valueOf(stored.getPhase()),
            Instant.ofEpochMilli(stored.getSince()),
            stored.getWords()),
        new Origin(
            Instant.ofEpochMilli(stored.getBeganAt()), stored.getActor(), stored.getReason()));
  }

  static void encode(@Nullable Shadow shadow, StoredApp.Builder stored) {
    if (shadow != null) {
      stored.setTrial(shadow.trial().number());
      shadow
          .types()
          .forEach((type, tried) ->
              stored.addTried(
                  StoredTried.newBuilder()
                      .setProcessType(type)
                      .setOutcome(tried.outcome().name())
                      .setWords(tried.words())
                      .setSince(tried.since().toEpochMilli())));
    }
  }

  static @Nullable Shadow shadow(StoredApp stored) {
    if (stored.getTrial() == 0) {
      return null;
    }
    TreePMap<String, Tried> types = TreePMap.empty();
    for (StoredTried tried : stored.getTriedList()) {
      types =
          types.plus(
              tried.getProcessType(),
              new Tried(
                  Outcome.valueOf(tried.getOutcome()),
                  tried.getWords(),
                  Instant.ofEpochMilli(tried.getSince())));
    }
    return new Shadow(new TrialId(stored.getTrial()), types);
  }
}

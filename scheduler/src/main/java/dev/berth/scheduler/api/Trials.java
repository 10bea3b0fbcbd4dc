package dev.berth.scheduler.api;

import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.TryBaseRequest;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Shadow;
import dev.berth.scheduler.state.Shadow.Outcome;
import dev.berth.scheduler.state.Trial;
import dev.berth.scheduler.wire.Values;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Trials of base versions as the public API shows them, and what is asked of them. Pure. */
final class Trials {
  private static final int MAX_TRIED = 500;

  /** The worst first. */
  private static final List<dev.berth.proto.v1.Trial.Outcome> ORDER =
      List.of(
          dev.berth.proto.v1.Trial.Outcome.BROKEN,
          dev.berth.proto.v1.Trial.Outcome.NOT_HEALTHY,
          dev.berth.proto.v1.Trial.Outcome.NO_ROOM,
          dev.berth.proto.v1.Trial.Outcome.UNDER_WAY,
          dev.berth.proto.v1.Trial.Outcome.LEFT_OUT,
          dev.berth.proto.v1.Trial.Outcome.HEALTHY,
          dev.berth.proto.v1.Trial.Outcome.WAITING);

  private Trials() {}

  static Command.TryBase command(TryBaseRequest request) {
    return new Command.TryBase(
        request.getLine(),
        Integer.toUnsignedLong(request.getTo()),
        request.getAppsList().stream().map(Values::appName).toList(),
        request.getFrom(),
        new Command.TrialPace(
            Integer.toUnsignedLong(request.getAtATime()),
            Duration.ofSeconds(Integer.toUnsignedLong(request.getWithinSeconds()))),
        request.getAllTypes());
  }

  /** Without its apps. */
  static dev.berth.proto.v1.Trial.Builder bare(Trial trial) {
    return dev.berth.proto.v1.Trial.newBuilder()
        .setNumber(trial.id().number())
        .setLine(trial.course().line())
        .setTo(trial.course().to())
        .setPhase(phase(trial.standing().phase()))
        .setWords(trial.standing().words())
        .setBeganAt(trial.origin().at().toEpochMilli())
        .setSince(trial.standing().since().toEpochMilli())
        .setActor(trial.origin().actor())
        .setReason(trial.origin().reason())
        .setAtATime(trial.course().atATime())
        .setWithinSeconds((int) trial.course().within().toSeconds())
        .setAllTypes(trial.course().isOfAllTypes());
  }

  /** With what became of each app, worked out from the snapshot. */
  static dev.berth.proto.v1.Trial withApps(Trial trial, Snapshot snapshot) {
    var built = bare(trial);
    var tried = new ArrayList<dev.berth.proto.v1.Trial.Tried>();
    for (App app : snapshot.state().apps().values()) {
      Shadow shadow = app.baseCourse().shadowOf(trial.id());
      if (shadow != null) {
        shadow.types().forEach((type, it) -> tried.add(tried(trial, app, type, it)));
        count(worst(trial, shadow), built);
      } else if (trial.concerns(app) && !trial.isOver()) {
        count(dev.berth.proto.v1.Trial.Outcome.WAITING, built);
      }
    }
    tried.sort(Comparator.comparingInt(it -> ORDER.indexOf(it.getOutcome())));
    return built.addAllTried(tried.subList(0, Math.min(MAX_TRIED, tried.size()))).build();
  }

  private static dev.berth.proto.v1.Trial.Tried tried(
      Trial trial, App app, String type, Shadow.Tried tried) {
    return dev.berth.proto.v1.Trial.Tried.newBuilder()
        .setName(AppName.newBuilder().setTenant(app.id().tenant().name()).setApp(app.id().name()))
        .setProcessType(type)
        .setOutcome(outcome(trial, tried.outcome()))
        .setWords(tried.words())
        .setSince(tried.since().toEpochMilli())
        .build();
  }

  private static dev.berth.proto.v1.Trial.Outcome worst(Trial trial, Shadow shadow) {
    int worst = ORDER.size() - 1;
    for (Map.Entry<String, Shadow.Tried> each : shadow.types().entrySet()) {
      worst = Math.min(worst, ORDER.indexOf(outcome(trial, each.getValue().outcome())));
    }
    return ORDER.get(worst);
  }

  private static void count(
      dev.berth.proto.v1.Trial.Outcome outcome, dev.berth.proto.v1.Trial.Builder built) {
    built.setApps(built.getApps() + 1);
    switch (outcome) {
      case WAITING -> built.setWaiting(built.getWaiting() + 1);
      case UNDER_WAY -> built.setUnderWay(built.getUnderWay() + 1);
      case HEALTHY -> built.setHealthy(built.getHealthy() + 1);
      case BROKEN -> built.setBroken(built.getBroken() + 1);
      case NOT_HEALTHY -> built.setNotHealthy(built.getNotHealthy() + 1);
      case NO_ROOM -> built.setNoRoom(built.getNoRoom() + 1);
      case LEFT_OUT -> built.setLeftOut(built.getLeftOut() + 1);
      case OUTCOME_UNSPECIFIED, UNRECOGNIZED -> {}
    }
  }

  /** What was under way when the trial was halted was not tried. */
  private static dev.berth.proto.v1.Trial.Outcome outcome(Trial trial, Outcome outcome) {
    return switch (outcome) {
      case UNDER_WAY ->
          trial.isOver()
              ? dev.berth.proto.v1.Trial.Outcome.WAITING
              : dev.berth.proto.v1.Trial.Outcome.UNDER_WAY;
      case HEALTHY -> dev.berth.proto.v1.Trial.Outcome.HEALTHY;
      case BROKEN -> dev.berth.proto.v1.Trial.Outcome.BROKEN;
      case NOT_HEALTHY -> dev.berth.proto.v1.Trial.Outcome.NOT_HEALTHY;
      case NO_ROOM -> dev.berth.proto.v1.Trial.Outcome.NO_ROOM;
      case LEFT_OUT -> dev.berth.proto.v1.Trial.Outcome.LEFT_OUT;
    };
  }

  private static dev.berth.proto.v1.Trial.Phase phase(Trial.Phase phase) {
    return switch (phase) {
      case TRYING -> dev.berth.proto.v1.Trial.Phase.TRYING;
      case DONE -> dev.berth.proto.v1.Trial.Phase.DONE;
      case HALTED -> dev.berth.proto.v1.Trial.Phase.HALTED;
    };
  }
}

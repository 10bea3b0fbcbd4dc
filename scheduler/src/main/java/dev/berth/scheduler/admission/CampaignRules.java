package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.BaseCourse;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Campaign.Course;
import dev.berth.scheduler.state.Campaign.Origin;
import dev.berth.scheduler.state.Campaign.Phase;
import dev.berth.scheduler.state.Campaign.Ring;
import dev.berth.scheduler.state.Campaign.Standing;
import dev.berth.scheduler.state.CampaignId;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePSet;
import org.pcollections.TreePVector;

/** Campaigns: begun, halted, resumed and rolled back by operators; tenants may pin their apps. */
final class CampaignRules {
  static final int MAX_KEPT = 100;
  static final int MAX_RINGS = 20;
  static final int MAX_NAMED_APPS = 1000;
  static final Duration MAX_SOAK = Duration.ofDays(7);
  static final Duration MAX_PIN = Duration.ofDays(90);
  private static final List<Integer> DEFAULT_RINGS = List.of(1, 10, 50, 100);
  private static final int ALL = 100;

  private CampaignRules() {}

  static Verdict roll(Request request, Command.RollBase roll) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("rolling a base image");
    }
    BaseLine line = request.state().bases().get(roll.line());
    int to = line == null ? 0 : target(line, roll.to());
    if (line == null || to == 0) {
      return noSuchBase(roll, line);
    }
    Optional<Campaign> running = request.state().campaignOf(roll.line());
    if (running.isPresent()) {
      return Refusals.denied(
          RefusalCode.CAMPAIGN_EXISTS,
          "line",
          "campaign %s is rolling %s to v%d"
              .formatted(running.get().id(), roll.line(), running.get().course().to()),
          "let it end, or roll it back: `berth bases rollback " + roll.line() + "`");
    }
    if (roll.isOverride() && request.mutation().reason().isBlank()) {
      return Refusals.denied(
          RefusalCode.INVALID_CAMPAIGN,
          "mutation.reason",
          "an override passes over tenants' pins and needs a reason",
          "give one: `--reason CVE-2014-0160`");
    }
    if (roll.soak().isNegative() || roll.soak().compareTo(MAX_SOAK) > 0) {
      return Refusals.denied(
          RefusalCode.INVALID_CAMPAIGN,
          "soak",
          "a ring may soak for 0 s to 7 d, not for %d s".formatted(roll.soak().toSeconds()),
          "choose a shorter time");
    }
    return rings(request, roll, line, to);
  }

  private static int target(BaseLine line, long asked) {
    if (asked == 0) {
      return line.newestInUse().number();
    }
    return line.version((int) Math.min(asked, Integer.MAX_VALUE))
        .filter(version -> !version.isForgotten())
        .map(BaseVersion::number)
        .orElse(0);
  }

  private static Denied noSuchBase(Command.RollBase roll, @Nullable BaseLine line) {
    return Refusals.denied(
        RefusalCode.BASE_NOT_FOUND,
        line == null ? "line" : "to",
        line == null
            ? "there is no base line " + Names.printable(roll.line())
            : "base line %s has no version %d, or not its image any more"
                .formatted(roll.line(), roll.to()),
        "list what there is with `berth bases list`");
  }

  private static Verdict rings(Request request, Command.RollBase roll, BaseLine line, int to) {
    TreePVector<Ring> rings = TreePVector.empty();
    int share = 0;
    for (Command.RingAsked asked : roll.rings()) {
      boolean isByName = !asked.apps().isEmpty();
      if (isByName ? !rings.isEmpty() || asked.percent() != 0 : asked.percent() <= share) {
        return badRings(
            "a ring is apps by name (only the first) or a share that is larger than the one"
                + " before");
      }
      if (asked.percent() > ALL || asked.apps().size() > MAX_NAMED_APPS) {
        return badRings(
            "a share is at most 100 %% and a ring names at most %d apps".formatted(MAX_NAMED_APPS));
      }
      TreePSet<AppId> apps = TreePSet.empty();
      for (AppName name : asked.apps()) {
        App app =
            AppId.lookup(name.tenant(), name.app()).flatMap(request.state()::app).orElse(null);
        if (app == null || !app.baseLine().equals(line.name())) {
          return badRings("app %s is not on base line %s".formatted(name, line.name()));
        }
        apps = apps.plus(app.id());
      }
      share = (int) asked.percent();
      rings = rings.plus(new Ring(apps, share));
    }
    if (rings.isEmpty()) {
      rings = TreePVector.from(DEFAULT_RINGS.stream().map(Ring::of).toList());
    } else if (share < ALL) {
      rings = rings.plus(Ring.of(ALL));
    }
    return rings.size() > MAX_RINGS
        ? badRings("%d rings are too many; at most %d".formatted(rings.size(), MAX_RINGS))
        : begun(request, roll, rings, line.before(to), to);
  }

  private static Denied badRings(String reason) {
    return Refusals.denied(
        RefusalCode.INVALID_CAMPAIGN,
        "rings",
        reason,
        "write the rings like `--rings acme/shop+acme/blog,10%,50%,100%`");
  }

  private static Verdict begun(
      Request request, Command.RollBase roll, TreePVector<Ring> rings, int from, int to) {
    var campaigns = request.state().campaigns();
    var campaign =
        new Campaign(
            request.state().nextCampaign(),
            new Course(roll.line(), from, to, roll.soak(), roll.isOverride()),
            rings,
            new Standing(Phase.PREFETCHING, 0, request.now(), null, ""),
            new Origin(
                request.now(),
                request.caller().toString(),
                Names.printable(request.mutation().reason())));
    var changes = new ArrayList<Change>();
    changes.add(new Change.PutCampaign(campaign));
    if (campaigns.size() >= MAX_KEPT) {
      changes.add(new Change.RemoveCampaign(campaigns.firstKey()));
    }
    return new Admitted(
        changes,
        List.of(
            request.event(
                "campaign.began",
                Subject.cluster(),
                "campaign %s rolls base %s to v%d%s"
                    .formatted(
                        campaign.id(), roll.line(), to, roll.isOverride() ? ", over pins" : ""))),
        new Result.CampaignResult(campaign));
  }

  static Verdict steer(Request request, Command.SteerCampaign steer) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("steering a campaign");
    }
    Campaign campaign = found(request, steer);
    if (campaign == null) {
      return Refusals.denied(
          RefusalCode.CAMPAIGN_NOT_FOUND,
          steer.number() == 0 ? "line" : "number",
          steer.number() == 0
              ? "base line %s has had no campaign".formatted(Names.printable(steer.line()))
              : "there is no campaign c%d of base line %s"
                  .formatted(steer.number(), Names.printable(steer.line())),
          "list them with `berth bases campaigns`");
    }
    Phase next = next(request, campaign, steer.steering());
    if (next == null) {
      return Refusals.denied(
          RefusalCode.CAMPAIGN_OVER,
          "steering",
          "campaign %s is %s".formatted(campaign.id(), words(campaign.standing().phase())),
          "see it with `berth bases progress " + campaign.course().line() + "`");
    }
    if (next == campaign.standing().phase()) {
      return new Admitted(List.of(), List.of(), new Result.CampaignResult(campaign));
    }
    String words = "%s by %s".formatted(words(next), request.caller());
    Campaign after = campaign.in(next, request.now(), words);
    return new Admitted(
        List.of(new Change.PutCampaign(after)),
        List.of(
            request.event(
                "campaign.steered",
                Subject.cluster(),
                "campaign %s is now %s".formatted(after.id(), words(next)))),
        new Result.CampaignResult(after));
  }

  private static @Nullable Campaign found(Request request, Command.SteerCampaign steer) {
    return steer.number() <= 0
        ? newest(request, steer.line()).orElse(null)
        : Optional.ofNullable(request.state().campaigns().get(new CampaignId(steer.number())))
            .filter(campaign -> campaign.course().line().equals(steer.line()))
            .orElse(null);
  }

  /** Null where it cannot be done. One that is done may be rolled back until the next begins. */
  private static @Nullable Phase next(
      Request request, Campaign campaign, Command.Steering steering) {
    Phase phase = campaign.standing().phase();
    return switch (steering) {
      case HALT -> isForward(phase) || phase == Phase.HALTED ? Phase.HALTED : null;
      case RESUME -> phase == Phase.HALTED ? Phase.PREFETCHING : isForward(phase) ? phase : null;
      case ROLL_BACK ->
          phase == Phase.ROLLED_BACK || !isNewest(request, campaign) ? null : Phase.ROLLING_BACK;
    };
  }

  private static boolean isForward(Phase phase) {
    return phase == Phase.PREFETCHING || phase == Phase.ROLLING;
  }

  private static boolean isNewest(Request request, Campaign campaign) {
    return newest(request, campaign.course().line())
        .map(newest -> newest.id().equals(campaign.id()))
        .orElse(false);
  }

  private static Optional<Campaign> newest(Request request, String line) {
    Campaign newest = null;
    for (Campaign campaign : request.state().campaigns().values()) {
      newest = campaign.course().line().equals(line) ? campaign : newest;
    }
    return Optional.ofNullable(newest);
  }

  private static String words(Phase phase) {
    return switch (phase) {
      case PREFETCHING -> "having its image fetched";
      case ROLLING -> "rolling";
      case HALTED -> "halted";
      case ROLLING_BACK -> "being rolled back";
      case DONE -> "done";
      case ROLLED_BACK -> "rolled back";
    };
  }

  static Verdict pin(Request request, App app, Command.PinBase pin) {
    if (pin.time().isNegative() || pin.time().compareTo(MAX_PIN) > 0) {
      return Refusals.denied(
          RefusalCode.INVALID_CAMPAIGN,
          "seconds",
          "a pin holds for 0 s to 90 d, not for %d s".formatted(pin.time().toSeconds()),
          "choose a shorter time; 0 takes the pin off");
    }
    boolean isOff = pin.time().isZero();
    App after =
        app.withPin(
                isOff
                    ? null
                    : new BaseCourse.Pin(
                        request.now().plus(pin.time()),
                        Names.printable(request.mutation().reason())))
            .atVersion(app.version() + 1);
    String message =
        isOff
            ? "may be moved by campaigns again"
            : "kept from campaigns for %d s".formatted(pin.time().toSeconds());
    return new Admitted(
        List.of(new Change.PutApp(after)),
        List.of(request.event("app.base-pinned", Subject.of(app.id()), message)),
        new Result.AppResult(after));
  }
}

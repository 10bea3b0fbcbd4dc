package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.rollout.DeployTurn;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.BudgetChange;
import dev.berth.scheduler.state.Command.PolicyChange;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.RolloutPolicy;
import dev.berth.scheduler.state.Share;
import dev.berth.scheduler.state.Turnover;
import dev.berth.scheduler.state.Webhook;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePVector;

/** How an app's instances are replaced, and what is done with a deploy under way. */
final class RolloutRules {
  private static final int MAX_INSTANCES = 1000;
  private static final int MAX_PARTS = 10;
  private static final int MAX_MOVES = 100_000;
  private static final Duration MAX_HEALTHY = Duration.ofHours(1);
  private static final Duration MIN_WITHIN = Duration.ofSeconds(5);
  private static final Duration MAX_WITHIN = Duration.ofDays(1);
  private static final Duration MAX_SOAK = Duration.ofDays(7);
  private static final Pattern WINDOW =
      Pattern.compile("([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])");

  private RolloutRules() {}

  static Verdict set(Request request, App app, Command.SetRollout set) {
    Optional<Denied> refusal =
        refusal(set.policy())
            .or(() -> refusal(set.budget(), set.budget().window()))
            .or(() -> refusal(set.budget().coordinator(), app.turnover().budget()));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    Turnover before = app.turnover();
    RolloutPolicy policy = applied(before.policy(), set.policy());
    if (policy.surge().value() == 0 && policy.unavailable().value() == 0) {
      return invalid(
          "surge",
          "with neither a surge nor an unavailable instance nothing could ever be replaced",
          "allow one of them, for example --max-surge 25%");
    }
    Turnover after = before.with(policy).with(applied(before.budget(), set.budget()));
    if (after.equals(before)) {
      return new Admitted(List.of(), List.of(), new Result.AppResult(app));
    }
    App changed = app.with(after).atVersion(app.version() + 1);
    return new Admitted(
        List.of(new Change.PutApp(changed)),
        List.of(request.event("app.rollout-set", Subject.of(app.id()), words(after))),
        new Result.AppResult(changed));
  }

  private static Optional<Denied> refusal(PolicyChange change) {
    return share("surge", change.surge())
        .or(() -> share("unavailable", change.unavailable()))
        .or(() -> time("min_healthy", change.minHealthy(), Duration.ZERO, MAX_HEALTHY))
        .or(() -> time("healthy_within", change.healthyWithin(), MIN_WITHIN, MAX_WITHIN))
        .or(() -> time("soak", change.soak(), Duration.ZERO, MAX_SOAK))
        .or(() -> canary(change.canary()));
  }

  private static Optional<Denied> share(String field, @Nullable Share share) {
    int most = share != null && share.isPercent() ? 100 : MAX_INSTANCES;
    return share == null || share.value() <= most
        ? Optional.empty()
        : Optional.of(
            invalid(
                field,
                "%s is more than %d%s".formatted(share.words(), most, share.isPercent() ? "%" : ""),
                "give a number of instances up to %d, or a share up to 100%%"
                    .formatted(MAX_INSTANCES)));
  }

  private static Optional<Denied> time(
      String field, @Nullable Duration time, Duration least, Duration most) {
    return time == null || (time.compareTo(least) >= 0 && time.compareTo(most) <= 0)
        ? Optional.empty()
        : Optional.of(
            invalid(
                field,
                "%d s is not between %d s and %d s"
                    .formatted(time.toSeconds(), least.toSeconds(), most.toSeconds()),
                "give a time within these"));
  }

  private static Optional<Denied> canary(@Nullable List<Integer> parts) {
    if (parts == null) {
      return Optional.empty();
    }
    boolean isRising = parts.size() <= MAX_PARTS;
    int before = 0;
    for (int part : parts) {
      isRising &= part > before && part < 100;
      before = part;
    }
    return isRising
        ? Optional.empty()
        : Optional.of(
            invalid(
                "canary",
                "%s are not at most %d rising percentages from 1 to 99".formatted(parts, MAX_PARTS),
                "write for example 5,25; all instances come after the last part"));
  }

  private static Optional<Denied> refusal(BudgetChange change, @Nullable String window) {
    Long moves = change.movesPerHour();
    if (moves != null && (moves < 0 || moves > MAX_MOVES)) {
      return Optional.of(
          invalid(
              "moves_per_hour",
              "%d is not between 0 and %d".formatted(moves, MAX_MOVES),
              "give a number within these; 0 is no limit"));
    }
    boolean isWindow =
        window == null || window.isEmpty() || Optional.ofNullable(window(window)).isPresent();
    return isWindow
        ? time("min_between", change.minBetween(), Duration.ZERO, MAX_SOAK)
        : Optional.of(
            invalid(
                "window",
                Names.printable(Objects.requireNonNull(window)) + " is no part of a day",
                "write it like 22:00-04:30, UTC"));
  }

  private static Optional<Denied> refusal(Command.@Nullable CoordinatorAsked asked, Budget before) {
    return asked == null || asked.webhook().url().isEmpty()
        ? Optional.empty()
        : WebhookRules.refusal("coordinator.webhook", asked.webhook(), webhook(before));
  }

  private static @Nullable Webhook webhook(Budget budget) {
    return budget.coordinator() == null ? null : budget.coordinator().webhook();
  }

  private static Budget.@Nullable Coordinator coordinator(
      Command.@Nullable CoordinatorAsked asked, Budget before) {
    if (asked == null) {
      return before.coordinator();
    }
    return asked.webhook().url().isEmpty()
        ? null
        : new Budget.Coordinator(
            WebhookRules.accepted(asked.webhook(), webhook(before)), asked.silenceAllows());
  }

  private static Budget.@Nullable Window window(String text) {
    Matcher matcher = WINDOW.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    int from = minute(matcher, 1);
    int to = minute(matcher, 3);
    return from == to ? null : new Budget.Window(from, to);
  }

  private static int minute(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group)) * 60 + Integer.parseInt(matcher.group(group + 1));
  }

  private static RolloutPolicy applied(RolloutPolicy before, PolicyChange change) {
    return new RolloutPolicy(
        or(change.surge(), before.surge()),
        or(change.unavailable(), before.unavailable()),
        or(change.minHealthy(), before.minHealthy()),
        or(change.healthyWithin(), before.healthyWithin()),
        change.canary() == null ? before.canary() : TreePVector.from(change.canary()),
        or(change.soak(), before.soak()),
        or(change.byHand(), before.isPromotedByHand()),
        change.stays() == null ? before.goesBack() : !change.stays());
  }

  private static Budget applied(Budget before, BudgetChange change) {
    String window = change.window();
    Long moves = change.movesPerHour();
    return new Budget(
        moves == null ? before.movesPerHour() : moves.intValue(),
        or(change.minBetween(), before.minBetween()),
        window == null ? before.window() : window(window),
        coordinator(change.coordinator(), before));
  }

  private static <T> T or(@Nullable T asked, T before) {
    return asked == null ? before : asked;
  }

  private static String words(Turnover after) {
    RolloutPolicy policy = after.policy();
    Budget budget = after.budget();
    Budget.Window window = budget.window();
    return "surge %s, unavailable %s, healthy for %d s within %d s, canary %s (soak %d s, %s), %s; %s"
        .formatted(
            policy.surge().words(),
            policy.unavailable().words(),
            policy.minHealthy().toSeconds(),
            policy.healthyWithin().toSeconds(),
            policy.canary(),
            policy.soak().toSeconds(),
            policy.isPromotedByHand() ? "promoted by hand" : "promoted by itself",
            policy.goesBack() ? "taken back when it fails" : "stays when it fails",
            "moves %s an hour, %d s between, %s%s"
                .formatted(
                    budget.movesPerHour() == 0 ? "without limit" : budget.movesPerHour(),
                    budget.minBetween().toSeconds(),
                    window == null ? "at any time" : "at " + window.words(),
                    words(budget.coordinator())));
  }

  private static String words(Budget.@Nullable Coordinator coordinator) {
    return coordinator == null
        ? ""
        : ", if %s agrees (no answer %s)"
            .formatted(
                coordinator.webhook().url(), coordinator.silenceAllows() ? "allows" : "denies");
  }

  static Verdict steer(Request request, App app, Command.SteerDeploy steer) {
    Deploy deploy = app.turnover().underWay();
    if (deploy == null) {
      return Refusals.denied(
          RefusalCode.NO_DEPLOY,
          "name",
          "app %s has no deploy under way".formatted(app.id()),
          "see berth rollout -a " + app.id());
    }
    return switch (steer.steering()) {
      case PAUSE -> pause(request, app, deploy, true);
      case RESUME -> pause(request, app, deploy, false);
      case PROMOTE -> promote(request, app, deploy);
      case ABORT ->
          turned(
              request,
              app,
              DeployTurn.back(
                  request.state(),
                  app,
                  deploy,
                  new DeployTurn.Ending("aborted", true, request.now())));
    };
  }

  private static Verdict pause(Request request, App app, Deploy deploy, boolean isPaused) {
    return deploy.isPaused() == isPaused
        ? new Admitted(List.of(), List.of(), new Result.AppResult(app))
        : turned(request, app, DeployTurn.paused(app, deploy, isPaused));
  }

  private static Verdict promote(Request request, App app, Deploy deploy) {
    boolean isInPart =
        !deploy.isReleasing() && deploy.standing().part() < app.turnover().policy().canary().size();
    return isInPart
        ? turned(request, app, DeployTurn.promoted(app, deploy, request.now()))
        : Refusals.denied(
            RefusalCode.NO_DEPLOY,
            "name",
            "the deploy of v%d waits for no promotion".formatted(deploy.to()),
            "see berth rollout -a " + app.id());
  }

  private static Verdict turned(Request request, App app, DeployTurn turn) {
    return new Admitted(
        List.of(new Change.PutApp(turn.app())),
        List.of(request.event(turn.kind(), Subject.of(app.id()), turn.words())),
        new Result.AppResult(turn.app()));
  }

  private static Denied invalid(String field, String reason, String remedy) {
    return Refusals.denied(RefusalCode.INVALID_ROLLOUT, field, reason, remedy);
  }
}

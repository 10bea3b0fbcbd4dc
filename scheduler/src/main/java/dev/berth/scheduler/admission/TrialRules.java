package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Campaign.Origin;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Trial;
import dev.berth.scheduler.state.Trial.Course;
import dev.berth.scheduler.state.Trial.Phase;
import dev.berth.scheduler.state.Trial.Standing;
import dev.berth.scheduler.state.TrialId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePSet;

/** Trials of base versions: begun and halted by operators, one at a time. */
final class TrialRules {
  static final int MAX_KEPT = 20;
  static final int MAX_NAMED_APPS = 1000;
  static final int MAX_AT_A_TIME = 1000;
  static final int AT_A_TIME = 10;
  static final Duration MIN_WITHIN = Duration.ofSeconds(10);
  static final Duration MAX_WITHIN = Duration.ofHours(1);
  static final Duration WITHIN = Duration.ofMinutes(5);

  private TrialRules() {}

  static Verdict begin(Request request, Command.TryBase asked) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("trying a base image");
    }
    BaseLine line = request.state().bases().get(asked.line());
    Optional<BaseVersion> version = line == null ? Optional.empty() : version(line, asked.to());
    if (version.isEmpty()) {
      return Refusals.denied(
          RefusalCode.BASE_NOT_FOUND,
          line == null ? "line" : "to",
          line == null
              ? "there is no base line " + Names.printable(asked.line())
              : "base line %s has no version %d, or not its image any more"
                  .formatted(asked.line(), asked.to()),
          "list what there is with `berth bases list`");
    }
    Optional<Trial> running = request.state().upkeep().trialUnderWay();
    if (running.isPresent()) {
      Course course = running.get().course();
      return Refusals.denied(
          RefusalCode.TRIAL_EXISTS,
          "line",
          "trial %s of base %s v%d is not over"
              .formatted(running.get().id(), course.line(), course.to()),
          "let it end, or halt it: `berth base trial %s --halt`".formatted(course.line()));
    }
    return begin(request, asked, version.get().number());
  }

  private static Optional<BaseVersion> version(BaseLine line, long asked) {
    return asked == 0
        ? Optional.of(line.newestInUse())
        : line.version((int) Math.min(asked, Integer.MAX_VALUE))
            .filter(version -> !version.isForgotten());
  }

  private static Verdict begin(Request request, Command.TryBase asked, int to) {
    long atATime = asked.pace().atATime() == 0 ? AT_A_TIME : asked.pace().atATime();
    Duration within = asked.pace().within().isZero() ? WITHIN : asked.pace().within();
    if (atATime < 1 || atATime > MAX_AT_A_TIME) {
      return invalid(
          "at_a_time",
          "%d shadow instances at a time are not 1 to %d".formatted(atATime, MAX_AT_A_TIME));
    }
    if (within.compareTo(MIN_WITHIN) < 0 || within.compareTo(MAX_WITHIN) > 0) {
      return invalid(
          "within_seconds",
          "a shadow instance has %d s to %d s, not %d s"
              .formatted(MIN_WITHIN.toSeconds(), MAX_WITHIN.toSeconds(), within.toSeconds()));
    }
    if (!asked.from().isEmpty() && !request.state().bases().containsKey(asked.from())) {
      return invalid("from", "there is no base line " + Names.printable(asked.from()));
    }
    if (asked.apps().size() > MAX_NAMED_APPS) {
      return invalid(
          "apps",
          "%d apps by name are more than %d".formatted(asked.apps().size(), MAX_NAMED_APPS));
    }
    TreePSet<AppId> apps = TreePSet.empty();
    for (AppName name : asked.apps()) {
      Optional<App> app = AppId.lookup(name.tenant(), name.app()).flatMap(request.state()::app);
      if (app.isEmpty() || !app.get().isDeployed()) {
        return invalid("apps", "there is no deployed app " + name);
      }
      apps = apps.plus(app.get().id());
    }
    var course =
        new Course(
            asked.line(), to, apps, asked.from(), (int) atATime, within, asked.isOfAllTypes());
    return begun(request, course);
  }

  private static Denied invalid(String field, String reason) {
    return Refusals.denied(
        RefusalCode.INVALID_TRIAL, field, reason, "see `berth base trial --help`");
  }

  private static Verdict begun(Request request, Course course) {
    var trial =
        new Trial(
            request.state().nextTrial(),
            course,
            new Standing(Phase.TRYING, request.now(), ""),
            new Origin(
                request.now(),
                request.caller().toString(),
                Names.printable(request.mutation().reason())));
    var changes = new ArrayList<Change>();
    changes.add(new Change.PutTrial(trial));
    var kept = request.state().upkeep().trials();
    if (kept.size() >= MAX_KEPT) {
      changes.add(new Change.RemoveTrial(kept.firstKey()));
    }
    return new Admitted(
        changes,
        List.of(
            request.event(
                "trial.began",
                Subject.cluster(),
                "trial %s tries base %s v%d".formatted(trial.id(), course.line(), course.to()))),
        new Result.TrialResult(trial));
  }

  static Verdict halt(Request request, Command.HaltTrial halt) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("halting a trial");
    }
    Optional<Trial> found = find(request, halt);
    if (found.isEmpty()) {
      return Refusals.denied(
          RefusalCode.TRIAL_NOT_FOUND,
          "line",
          "there is no such trial of base line " + Names.printable(halt.line()),
          "list them with `berth bases trials`");
    }
    Trial trial = found.get();
    if (trial.isOver()) {
      return new Admitted(List.of(), List.of(), new Result.TrialResult(trial));
    }
    Trial after = trial.in(Phase.HALTED, request.now(), "halted by " + request.caller());
    return new Admitted(
        List.of(new Change.PutTrial(after)),
        List.of(
            request.event(
                "trial.halted", Subject.cluster(), "trial %s is halted".formatted(after.id()))),
        new Result.TrialResult(after));
  }

  private static Optional<Trial> find(Request request, Command.HaltTrial halt) {
    var trials = request.state().upkeep().trials();
    if (halt.number() > 0) {
      return Optional.ofNullable(trials.get(new TrialId(halt.number())))
          .filter(it -> it.course().line().equals(halt.line()));
    }
    return trials.descendingMap().values().stream()
        .filter(it -> it.course().line().equals(halt.line()))
        .findFirst();
  }
}

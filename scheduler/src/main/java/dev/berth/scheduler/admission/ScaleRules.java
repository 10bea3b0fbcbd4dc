package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.placement.Need;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Demands;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Scaling: all changes or none, within the quota, and only to what some node could hold. */
final class ScaleRules {
  private ScaleRules() {}

  static Verdict scale(Request request, App app, Command.Scale scale) {
    Release release = request.state().currentRelease(app).orElse(null);
    if (release == null) {
      return Refusals.notDeployed(scale.name());
    }
    if (scale.changes().isEmpty()) {
      return Refusals.denied(
          RefusalCode.INVALID_REQUEST,
          "changes",
          "no process type is named",
          "name one: `berth scale web=2`");
    }
    App after = app;
    for (Command.ScaleChange change : scale.changes()) {
      Optional<Denied> refusal = refusal(request, app, release, change);
      if (refusal.isPresent()) {
        return refusal.get();
      }
      after = applied(after, change);
    }
    Optional<Denied> refusal = QuotaRules.check(request, app, after, field(scale));
    return refusal.isPresent() ? refusal.get() : admitted(request, app, after);
  }

  private static Verdict admitted(Request request, App app, App after) {
    if (after.formation().equals(app.formation())) {
      return new Admitted(List.of(), List.of(), new Result.AppResult(app));
    }
    App changed = after.atVersion(app.version() + 1);
    return new Admitted(
        List.of(new Change.PutApp(changed)),
        List.of(request.event("app.scaled", Subject.of(app.id()), words(app, changed))),
        new Result.AppResult(changed));
  }

  private static Optional<Denied> refusal(
      Request request, App app, Release release, Command.ScaleChange change) {
    String type = change.processType();
    String field = "formation." + Names.printable(type);
    if (!release.processTypes().containsKey(type)) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.PROCESS_TYPE_NOT_FOUND,
              field,
              "release v%d has no process type %s"
                  .formatted(release.id().number(), Names.printable(type)),
              "choose one of: " + String.join(", ", release.processTypes().keySet())));
    }
    if (change.count() < 0) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.INVALID_COUNT,
              field + ".count",
              "the count must be at least 0, not " + change.count(),
              "give the number of instances that should run"));
    }
    Optional<Denied> refusal =
        AutoscaleRules.refusal(field, app.formation().get(type), change.count())
            .or(() -> DemandRules.refusal(field, change.demands()));
    if (refusal.isPresent()) {
      return refusal;
    }
    return change.size().isEmpty() && change.demands().where() == null
        ? Optional.empty()
        : roomRefusal(request, field, new ProcessTypeId(app.id(), type), change);
  }

  private static Optional<Denied> roomRefusal(
      Request request, String field, ProcessTypeId type, Command.ScaleChange change) {
    Formation wanted = wanted(request.state().apps().get(type.app()), change);
    Size size = Sizes.find(wanted.size()).orElse(null);
    if (size == null) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.SIZE_NOT_FOUND,
              field + ".size",
              "there is no size " + Names.printable(wanted.size()),
              "choose one of: " + Sizes.names()));
    }
    Need need = Need.of(request.state(), type, size, wanted.demands());
    var nodes = request.state().nodes().values();
    boolean fits =
        nodes.isEmpty()
            || nodes.stream().anyMatch(node -> need.couldGoTo(node, request.settings().pools()));
    if (fits || change.count() == 0) {
      return Optional.empty();
    }
    boolean isByWhere = !wanted.demands().where().isEmpty();
    return Optional.of(
        Refusals.denied(
            RefusalCode.NO_NODE_FITS,
            field + (change.size().isEmpty() ? ".where" : ".size"),
            "size %s needs %d MiB of memory, %d pids and %d MiB of disk; no node%s has as much"
                .formatted(
                    size.name(),
                    size.memoryMib(),
                    size.pids(),
                    size.diskMib(),
                    isByWhere
                        ? " of pool %s with %s".formatted(need.pool(), wanted.demands().where())
                        : ""),
            isByWhere
                ? "ask for other labels or a smaller size, or have an operator label a node"
                : "choose a smaller size, or add a larger node"));
  }

  private static App applied(App app, Command.ScaleChange change) {
    return app.withFormation(change.processType(), wanted(app, change));
  }

  private static Formation wanted(@Nullable App app, Command.ScaleChange change) {
    Formation before = app == null ? null : app.formation().get(change.processType());
    String size = before == null ? Sizes.DEFAULT.name() : before.size();
    Demands demands = before == null ? Demands.NONE : before.demands();
    return new Formation(
        (int) Math.min(change.count(), Integer.MAX_VALUE),
        change.size().isEmpty() ? size : change.size(),
        DemandRules.applied(demands, change.demands()),
        before == null ? null : before.autoscale());
  }

  private static String field(Command.Scale scale) {
    return "formation." + Names.printable(scale.changes().getFirst().processType()) + ".count";
  }

  private static String words(Demands demands) {
    return "%s, priority %s%s"
        .formatted(
            demands.where().isEmpty() ? "anywhere" : "where " + demands.where(),
            demands.priority().word(),
            demands.antiAffinity() ? ", one to a node" : "");
  }

  private static String words(App before, App after) {
    var words = new ArrayList<String>();
    for (Map.Entry<String, Formation> entry : after.formation().entrySet()) {
      Formation was = before.formation().getOrDefault(entry.getKey(), new Formation(0, ""));
      Formation is = entry.getValue();
      if (!was.equals(is)) {
        words.add(
            "%s=%d:%s (was %d)%s"
                .formatted(
                    entry.getKey(),
                    is.count(),
                    is.size(),
                    was.count(),
                    is.demands().equals(was.demands()) ? "" : ", " + words(is.demands())));
      }
    }
    return "scaled " + String.join(", ", words);
  }
}

package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
      Optional<Denied> refusal = refusal(request, release, change);
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
      Request request, Release release, Command.ScaleChange change) {
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
    return change.size().isEmpty() ? Optional.empty() : sizeRefusal(request, field, change);
  }

  private static Optional<Denied> sizeRefusal(
      Request request, String field, Command.ScaleChange change) {
    Size size = Sizes.find(change.size()).orElse(null);
    if (size == null) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.SIZE_NOT_FOUND,
              field + ".size",
              "there is no size " + Names.printable(change.size()),
              "choose one of: " + Sizes.names()));
    }
    var nodes = request.state().nodes().values();
    boolean fits =
        nodes.isEmpty() || nodes.stream().anyMatch(node -> couldHold(node.capacity(), size));
    return fits || change.count() == 0
        ? Optional.empty()
        : Optional.of(
            Refusals.denied(
                RefusalCode.NO_NODE_FITS,
                field + ".size",
                "size %s needs %d MiB of memory, %d pids and %d MiB of disk; no node has as much"
                    .formatted(size.name(), size.memoryMib(), size.pids(), size.diskMib()),
                "choose a smaller size, or add a larger node"));
  }

  /** Would an empty node of this capacity hold one? */
  private static boolean couldHold(Capacity capacity, Size size) {
    return NodePool.standard("").promises(capacity).holds(size.booked());
  }

  private static App applied(App app, Command.ScaleChange change) {
    Formation before = app.formation().get(change.processType());
    String size = before == null ? Sizes.DEFAULT.name() : before.size();
    int count = (int) Math.min(change.count(), Integer.MAX_VALUE);
    return app.withFormation(
        change.processType(), new Formation(count, change.size().isEmpty() ? size : change.size()));
  }

  private static String field(Command.Scale scale) {
    return "formation." + Names.printable(scale.changes().getFirst().processType()) + ".count";
  }

  private static String words(App before, App after) {
    var words = new ArrayList<String>();
    for (Map.Entry<String, Formation> entry : after.formation().entrySet()) {
      Formation was = before.formation().getOrDefault(entry.getKey(), new Formation(0, ""));
      Formation is = entry.getValue();
      if (!was.equals(is)) {
        words.add(
            "%s=%d:%s (was %d)".formatted(entry.getKey(), is.count(), is.size(), was.count()));
      }
    }
    return "scaled " + String.join(", ", words);
  }
}

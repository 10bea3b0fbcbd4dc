package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.garbage.Garbage;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pcollections.TreePVector;

/** Base lines: published by operators, one version after another. */
final class BaseRules {
  private static final int MAX_NOTES = 2000;

  private BaseRules() {}

  static Verdict publish(Request request, Command.PublishBase publish) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("publishing a base image");
    }
    Optional<String> problem = Names.problem("base line", publish.line());
    if (problem.isPresent()) {
      return Refusals.badName("line", problem.get());
    }
    BaseLine line =
        request
            .state()
            .bases()
            .getOrDefault(publish.line(), new BaseLine(publish.line(), TreePVector.empty()));
    if (!line.versions().isEmpty() && line.newest().digest().equals(publish.digest())) {
      return new Admitted(
          List.of(), List.of(), new Result.BaseResult(line.name(), line.newest(), false));
    }
    if (line.versions().size() >= BaseLine.MAX_VERSIONS || publish.notes().length() > MAX_NOTES) {
      return Refusals.denied(
          RefusalCode.LIMIT_EXCEEDED,
          "notes",
          "line %s has %d versions of %d allowed, the notes %d characters of %d"
              .formatted(
                  line.name(),
                  line.versions().size(),
                  BaseLine.MAX_VERSIONS,
                  publish.notes().length(),
                  MAX_NOTES),
          "shorten the notes, or start a new line");
    }
    return published(request, publish, line);
  }

  /** Forgets what nothing needs; the images themselves go afterwards. */
  static Verdict collect(Request request) {
    if (!(request.caller() instanceof Caller.Operator)) {
      return Refusals.operatorsOnly("collecting garbage");
    }
    Garbage garbage = Garbage.of(request.state());
    List<Change> changes = new ArrayList<>();
    Map<String, BaseLine> lines = new TreeMap<>();
    for (Garbage.Version gone : garbage.bases()) {
      BaseLine line = lines.getOrDefault(gone.line(), request.state().bases().get(gone.line()));
      if (line != null) {
        line.version(gone.number())
            .ifPresent(it -> lines.put(gone.line(), line.with(it.forgotten())));
      }
    }
    lines.values().forEach(line -> changes.add(new Change.PutBase(line)));
    String message =
        "%d base versions that nothing needs are forgotten".formatted(garbage.bases().size());
    return new Admitted(
        changes,
        garbage.isEmpty()
            ? List.of()
            : List.of(request.event("cluster.garbage-forgotten", Subject.cluster(), message)),
        new Result.Done());
  }

  private static Verdict published(Request request, Command.PublishBase publish, BaseLine line) {
    var version =
        new BaseVersion(
            request.state().nextVersion(line),
            publish.digest(),
            publish.bytes(),
            request.now(),
            publish.notes(),
            false,
            false);
    String message = "base %s v%d published".formatted(line.name(), version.number());
    return new Admitted(
        List.of(new Change.PutBase(new BaseLine(line.name(), line.versions().plus(version)))),
        List.of(request.event("base.published", Subject.cluster(), message)),
        new Result.BaseResult(line.name(), version, true));
  }
}

package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Names;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.RefusalCode;
import java.util.List;
import org.pcollections.TreePMap;

/** Restarting: a token per process type or instance, which the rollout compares. */
final class RestartRules {
  private RestartRules() {}

  static Verdict restart(Request request, App app, Command.Restart restart) {
    if (!app.isDeployed()) {
      return Refusals.notDeployed(restart.name());
    }
    String target = restart.target();
    if (target.isEmpty()) {
      int all = app.formation().values().stream().mapToInt(Formation::count).sum();
      return admitted(request, app, List.copyOf(app.formation().keySet()), all);
    }
    int dot = target.indexOf('.');
    Formation formation = app.formation().get(dot < 0 ? target : target.substring(0, dot));
    if (formation == null) {
      return Refusals.denied(
          RefusalCode.PROCESS_TYPE_NOT_FOUND,
          "target",
          "app %s has no process type for %s".formatted(app.id(), Names.printable(target)),
          "choose one of: " + String.join(", ", app.formation().keySet()));
    }
    if (dot < 0) {
      return admitted(request, app, List.of(target), formation.count());
    }
    return isIndex(target.substring(dot + 1), formation.count())
        ? admitted(request, app, List.of(target), 1)
        : Refusals.denied(
            RefusalCode.INSTANCE_NOT_FOUND,
            "target",
            "there is no instance %s; the formation has %d"
                .formatted(Names.printable(target), formation.count()),
            "list the instances with `berth ps`");
  }

  private static boolean isIndex(String text, int count) {
    if (text.isEmpty() || text.length() > 9 || text.startsWith("0")) {
      return false;
    }
    for (int at = 0; at < text.length(); at++) {
      if (text.charAt(at) < '0' || text.charAt(at) > '9') {
        return false;
      }
    }
    return Integer.parseInt(text) <= count;
  }

  private static Verdict admitted(Request request, App app, List<String> targets, int instances) {
    long token = app.version() + 1;
    TreePMap<String, Long> restarts = app.restarts();
    for (String target : targets) {
      restarts = withoutInstancesOf(restarts, target).plus(target, token);
    }
    App changed = app.withRestarts(restarts).atVersion(token);
    String what = targets.isEmpty() ? "nothing" : String.join(", ", targets);
    return new Admitted(
        List.of(new Change.PutApp(changed)),
        List.of(request.event("app.restarted", Subject.of(app.id()), "restart of " + what)),
        new Result.Restarting(instances));
  }

  private static TreePMap<String, Long> withoutInstancesOf(
      TreePMap<String, Long> restarts, String target) {
    TreePMap<String, Long> left = restarts;
    for (String key : restarts.keySet()) {
      left = key.startsWith(target + ".") ? left.minus(key) : left;
    }
    return left;
  }
}

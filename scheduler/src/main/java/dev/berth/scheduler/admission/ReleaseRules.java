package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * Releases: made from a slug that the cluster has, or from an older release.
 *
 * <p>A deploy takes the newest version of the app's base line that was not withdrawn; a rollback, a
 * config change and a pinned app keep the version that the app runs on.
 */
final class ReleaseRules {
  private static final int MAX_PROCESS_TYPES = 20;
  private static final int MAX_DESCRIPTION = 500;

  private ReleaseRules() {}

  static Verdict create(Request request, App app, Command.CreateRelease create) {
    Optional<Denied> refusal = refusal(app, create);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    BaseLine base = request.state().bases().get(app.baseLine());
    if (base == null) {
      return Refusals.denied(
          RefusalCode.BASE_NOT_FOUND,
          "base_line",
          "base line %s has no version yet".formatted(app.baseLine()),
          "have an operator publish one: `berth bases publish " + app.baseLine() + " IMAGE`");
    }
    TreePMap<String, ProcessType> types = TreePMap.empty();
    for (ProcessType type : create.processTypes()) {
      types = types.plus(type.name(), type);
    }
    String description = create.description().isEmpty() ? "deploy" : create.description();
    return new NewRelease(create.slug(), types, baseVersion(request, app, base), description)
        .of(request, app);
  }

  private static int baseVersion(Request request, App app, BaseLine base) {
    return app.isDeployed() && app.baseCourse().isPinned(request.now())
        ? app.release().baseVersion()
        : base.newestInUse().number();
  }

  private static Optional<Denied> refusal(App app, Command.CreateRelease create) {
    int types = create.processTypes().size();
    if (types == 0 || types > MAX_PROCESS_TYPES) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.INVALID_RELEASE,
              "process_types",
              "the Procfile names %d process types; 1 to %d are allowed"
                  .formatted(types, MAX_PROCESS_TYPES),
              "give it one line per process type, such as `web: python3 app.py`"));
    }
    if (create.description().length() > MAX_DESCRIPTION) {
      return Optional.of(
          Refusals.denied(
              RefusalCode.INVALID_REQUEST,
              "description",
              "the description has %d characters; at most %d are allowed"
                  .formatted(create.description().length(), MAX_DESCRIPTION),
              "shorten it"));
    }
    boolean hasWeb =
        create.processTypes().stream().anyMatch(type -> type.name().equals(ProcessType.WEB));
    return hasWeb ? Optional.empty() : webRefusal(app);
  }

  /** Only what a user chose needs web: own domains, or instances of it. */
  private static Optional<Denied> webRefusal(App app) {
    int web = app.formation().getOrDefault(ProcessType.WEB, new Formation(0, "")).count();
    if (app.domains().size() <= 1 && web == 0) {
      return Optional.empty();
    }
    String needs =
        app.domains().size() > 1
            ? "its domain " + app.domains().get(1)
            : "its %d web instance(s)".formatted(web);
    return Optional.of(
        Refusals.denied(
            RefusalCode.WEB_MISSING,
            "process_types.web",
            "the Procfile has no web line, but app %s needs one for %s".formatted(app.id(), needs),
            "add a web line, or first remove the app's domains and run `berth scale web=0`"));
  }

  static Verdict rollBack(Request request, App app, Command.Rollback rollback) {
    if (!app.isDeployed()) {
      return Refusals.notDeployed(rollback.name());
    }
    Release target = target(request, app, rollback.to());
    if (target == null) {
      return Refusals.denied(
          RefusalCode.RELEASE_NOT_FOUND,
          "to",
          rollback.to() == 0
              ? "app %s has no release before v%d".formatted(app.id(), app.release().number())
              : "app %s has no release v%d".formatted(app.id(), rollback.to()),
          "choose one of `berth releases`");
    }
    Optional<Denied> refusal =
        target.processTypes().containsKey(ProcessType.WEB) ? Optional.empty() : webRefusal(app);
    return refusal.isPresent()
        ? refusal.get()
        : new NewRelease(
                target.slug(),
                target.processTypes(),
                app.release().baseVersion(),
                "rollback to v" + target.id().number())
            .of(request, app.withConfig(target.config()));
  }

  private static @Nullable Release target(Request request, App app, long to) {
    Release found = null;
    for (Release release : request.state().releasesOf(app.id())) {
      int number = release.id().number();
      if (to == 0 ? number < app.release().number() : number == to) {
        found = release;
      }
    }
    return found;
  }
}

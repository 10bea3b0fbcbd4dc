package dev.berth.scheduler.admission;

import dev.berth.scheduler.admission.Verdict.Admitted;
import dev.berth.scheduler.admission.Verdict.Denied;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Deploy.Phase;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HistoryEvent.Subject;
import dev.berth.scheduler.state.Outcome.Result;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Sizes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.pcollections.TreePMap;

/**
 * A release about to be made, and what it means for its app.
 *
 * <p>Process types that are new enter the formation with no instance, except web, which gets one.
 * The oldest releases beyond the limit are forgotten unless they still run.
 */
record NewRelease(
    Release.Slug slug,
    TreePMap<String, ProcessType> processTypes,
    int baseVersion,
    String description) {
  private static final int MAX_KEPT = 50;

  /** The same slug and process types with the app's new config. */
  static NewRelease following(Release current, String description) {
    return new NewRelease(current.slug(), current.processTypes(), 0, description);
  }

  Verdict of(Request request, App app) {
    int number = app.release().lastNumber() + 1;
    int base = baseVersion == 0 ? app.release().baseVersion() : baseVersion;
    Deploy deploy = deploy(app, number, request.now());
    App after =
        formed(app)
            .withRelease(new App.CurrentRelease(number, number, base))
            .with(app.turnover().with(deploy))
            .atVersion(app.version() + 1);
    Optional<Denied> refusal = QuotaRules.check(request, app, after, "formation.web.count");
    if (refusal.isPresent()) {
      return refusal.get();
    }
    var release =
        new Release(
            new ReleaseId(app.id(), number),
            slug,
            app.baseLine(),
            processTypes,
            app.config(),
            new Release.Origin(request.now(), request.caller().toString(), description));
    var changes = new ArrayList<Change>();
    changes.add(new Change.PutRelease(release));
    changes.add(new Change.PutApp(after));
    changes.addAll(forgotten(request.state(), app, deploy.from()));
    return new Admitted(
        changes,
        List.of(
            request.event(
                "release.created",
                Subject.of(app.id()),
                "release v%d: %s".formatted(number, description))),
        new Result.ReleaseResult(after, release));
  }

  /**
   * A deploy that comes in the middle of another replaces what that one replaces: nothing, if it is
   * the app's first, and then what that one has begun to run.
   */
  private Deploy deploy(App app, int number, Instant now) {
    Deploy open = app.turnover().underWay();
    Phase phase = processTypes.containsKey(ProcessType.RELEASE) ? Phase.RELEASING : Phase.ROLLING;
    boolean isFirst = open != null && open.from() == 0 && !open.isReleasing();
    return open == null || isFirst
        ? Deploy.begin(app.release().number(), app.release().baseVersion(), number, phase, now)
        : Deploy.begin(open.from(), open.fromBase(), number, phase, now);
  }

  /** What the release lacks leaves the formation only once the release stands. */
  private App formed(App app) {
    App formed = app;
    for (Map.Entry<String, Formation> entry : app.formation().entrySet()) {
      if (!processTypes.containsKey(entry.getKey()) && entry.getValue().count() == 0) {
        formed = formed.withoutFormation(entry.getKey());
      }
    }
    for (String type : processTypes.keySet()) {
      if (!app.formation().containsKey(type) && !type.equals(ProcessType.RELEASE)) {
        int count = type.equals(ProcessType.WEB) ? 1 : 0;
        formed = formed.withFormation(type, new Formation(count, Sizes.DEFAULT.name()));
      }
    }
    return formed;
  }

  private static List<Change> forgotten(ClusterState state, App app, int from) {
    var running = new TreeSet<Integer>();
    for (ProcessTypeId type : state.placements().typesOf(app.id())) {
      state.placements().of(type).forEach(placement -> running.add(placement.wanted().release()));
    }
    running.add(from);
    var releases = List.copyOf(state.releasesOf(app.id()));
    int tooMany = releases.size() + 1 - MAX_KEPT;
    var changes = new ArrayList<Change>();
    for (Release release : releases) {
      if (changes.size() < tooMany && !running.contains(release.id().number())) {
        changes.add(new Change.RemoveRelease(release.id()));
      }
    }
    return changes;
  }
}

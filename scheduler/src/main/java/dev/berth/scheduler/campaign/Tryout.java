package dev.berth.scheduler.campaign;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Exit;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Shadow;
import dev.berth.scheduler.state.Shadow.Outcome;
import dev.berth.scheduler.state.Shadow.Tried;
import dev.berth.scheduler.state.Trial;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * A trial's next steps: which apps get shadow instances, and what became of those that have some.
 *
 * <p>Never more of them at a time than the trial allows, but for an app that has more process types
 * than that. An app with a deploy under way waits for its end, for as long as one shadow instance
 * may take.
 */
public final class Tryout {
  /** A shadow instance must have been healthy for so long, and for as long as its app says. */
  static final Duration STEADY = Duration.ofSeconds(3);

  private final Trial trial;
  private final Fleet fleet;
  private final List<Step> steps = new ArrayList<>();
  private int underWay;

  /** One thing to do now. */
  public sealed interface Step {
    /** The app with what is known of it now; the words are for the history, empty for none. */
    record Put(App app, String words) implements Step {}

    /** All has been tried. */
    record End(Trial trial) implements Step {}
  }

  private Tryout(Trial trial, Fleet fleet) {
    this.trial = trial;
    this.fleet = fleet;
  }

  public static List<Step> next(Trial trial, Fleet fleet) {
    var tryout = new Tryout(trial, fleet);
    if (!trial.isOver()) {
      tryout.look();
    }
    return List.copyOf(tryout.steps);
  }

  private void look() {
    var waiting = new ArrayList<App>();
    var counts = new TreeMap<Outcome, Integer>();
    for (App app : fleet.state().apps().values()) {
      Shadow shadow = app.baseCourse().shadowOf(trial.id());
      if (shadow == null) {
        if (trial.concerns(app)) {
          waiting.add(app);
        }
      } else if (shadow.isUnderWay()) {
        review(app, shadow);
      } else {
        shadow.types().values().forEach(it -> counts.merge(it.outcome(), 1, Integer::sum));
      }
    }
    boolean isLeft = underWay > 0 || !steps.isEmpty();
    for (App app : waiting) {
      isLeft = true;
      if (underWay < trial.course().atATime()) {
        begin(app);
      }
    }
    if (!isLeft) {
      steps.add(new Step.End(trial.in(Trial.Phase.DONE, fleet.now(), summary(counts))));
    }
  }

  private static String summary(Map<Outcome, Integer> counts) {
    String words =
        counts.entrySet().stream()
            .map(it -> it.getValue() + " " + word(it.getKey()))
            .collect(Collectors.joining(", "));
    return words.isEmpty() ? "no app to try it on" : words;
  }

  /** "not healthy". */
  public static String word(Outcome outcome) {
    return switch (outcome) {
      case UNDER_WAY -> "under way";
      case HEALTHY -> "healthy";
      case BROKEN -> "broken";
      case NOT_HEALTHY -> "not healthy";
      case NO_ROOM -> "without room";
      case LEFT_OUT -> "left out";
    };
  }

  private void begin(App app) {
    Deploy deploy = app.turnover().underWay();
    if (deploy != null) {
      if (hasPassed(deploy.standing().since())) {
        put(app, of(Outcome.LEFT_OUT, "a deploy of it is under way"), "");
      }
      return;
    }
    Release release = fleet.state().currentRelease(app).orElse(null);
    TreePMap<String, Tried> types = TreePMap.empty();
    for (Map.Entry<String, Formation> each : app.formation().entrySet()) {
      boolean isAsked = trial.course().isOfAllTypes() || each.getKey().equals(ProcessType.WEB);
      if (isAsked
          && each.getValue().count() > 0
          && release != null
          && release.processTypes().containsKey(each.getKey())) {
        types = types.plus(each.getKey(), new Tried(Outcome.UNDER_WAY, "", fleet.now()));
      }
    }
    underWay += types.size();
    put(
        app,
        types.isEmpty()
            ? of(Outcome.LEFT_OUT, "it has no instance of a process type that is tried")
            : new Shadow(trial.id(), types),
        "");
  }

  private Shadow of(Outcome outcome, String words) {
    return new Shadow(
        trial.id(), TreePMap.singleton(ProcessType.WEB, new Tried(outcome, words, fleet.now())));
  }

  private void review(App app, Shadow shadow) {
    if (!trial.concerns(app) || app.turnover().underWay() != null) {
      put(app, null, ""); // it is tried anew, if it still is to be
      return;
    }
    Shadow after = shadow;
    var words = new ArrayList<String>();
    for (Map.Entry<String, Tried> each : shadow.types().entrySet()) {
      if (each.getValue().outcome() == Outcome.UNDER_WAY) {
        Tried tried = review(app, each.getKey(), each.getValue());
        if (tried.outcome() == Outcome.UNDER_WAY) {
          underWay++;
        } else {
          after = after.with(each.getKey(), tried);
          if (tried.outcome() != Outcome.HEALTHY) {
            words.add(words(each.getKey(), tried));
          }
        }
      }
    }
    if (!after.equals(shadow)) {
      put(app, after, String.join("; ", words));
    }
  }

  private String words(String type, Tried tried) {
    return "%s is %s on base %s v%d: %s"
        .formatted(
            type, word(tried.outcome()), trial.course().line(), trial.course().to(), tried.words());
  }

  private Tried review(App app, String type, Tried tried) {
    Placement placement = placement(app, type);
    PlacementReport report =
        placement == null ? null : fleet.actual().report(placement.id()).orElse(null);
    Exit exit = report == null ? null : report.lastExit();
    boolean isLate = hasPassed(tried.since());
    if (report != null && report.isRunning()) {
      Duration steady = app.turnover().policy().minHealthy().plus(STEADY);
      return fleet.now().isBefore(report.since().plus(steady)) && !isLate
          ? tried
          : ended(Outcome.HEALTHY, "");
    }
    if (report != null && report.isStopped() && exit != null) {
      Outcome outcome = exit.cause() == Exit.Cause.UNHEALTHY ? Outcome.NOT_HEALTHY : Outcome.BROKEN;
      return ended(outcome, exit.message() + unlessItRuns(app, type));
    }
    if (!isLate) {
      return tried;
    }
    long seconds = trial.course().within().toSeconds();
    return placement == null
        ? ended(Outcome.NO_ROOM, "no node had room for it within %d s".formatted(seconds))
        : ended(
            Outcome.NOT_HEALTHY,
            "it was not healthy within %d s%s".formatted(seconds, unlessItRuns(app, type)));
  }

  private Tried ended(Outcome outcome, String words) {
    return new Tried(outcome, words, fleet.now());
  }

  /** What breaks anyway does not break for the base. */
  private String unlessItRuns(App app, String type) {
    for (Placement placement : fleet.state().placements().of(new ProcessTypeId(app.id(), type))) {
      if (fleet.actual().report(placement.id()).map(PlacementReport::isRunning).orElse(false)) {
        return "";
      }
    }
    return "; nor does it run on base %s v%d at the moment"
        .formatted(app.baseLine(), app.release().baseVersion());
  }

  private @Nullable Placement placement(App app, String type) {
    Release release = fleet.state().currentRelease(app).orElse(null);
    int index = release == null ? 0 : Shadow.index(release, type);
    for (Placement placement :
        fleet.state().placements().of(new ProcessTypeId(app.id(), ProcessType.TRIAL))) {
      Placement.Wanted wanted = placement.wanted();
      if (placement.isWanted()
          && placement.instance().index() == index
          && wanted.release() == app.release().number()
          && wanted.baseLine().equals(trial.course().line())
          && wanted.baseVersion() == trial.course().to()) {
        return placement;
      }
    }
    return null;
  }

  private boolean hasPassed(Instant since) {
    return !fleet.now().isBefore(since.plus(trial.course().within()));
  }

  private void put(App app, @Nullable Shadow shadow, String words) {
    steps.add(new Step.Put(app.withShadow(shadow), words));
  }
}

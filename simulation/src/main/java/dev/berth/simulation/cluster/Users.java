package dev.berth.simulation.cluster;

import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Share;
import dev.berth.simulation.host.HostDriver;
import dev.berth.simulation.world.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Those who deploy and scale: they ask one scheduler after the other, under one key, until they
 * have an answer or lose patience. Confined to the world's thread.
 */
public final class Users {
  private static final int MOST_TRIES = 120;
  private static final long PATIENCE_MICROS = 5_000_000;

  /** Begins the description of each deploy, which no two have in common. */
  public static final String DEPLOY = "deploy ";

  private static final String[] WINDOWS = {"00:04-00:09", "00:11-12:00", "12:00-00:06"};

  private static final Digest DIGEST = new Digest("0".repeat(64));

  private static final String NEXT_LINE = "debian-13";

  /** How a release behaves. */
  public enum Quality {
    GOOD,
    ENDS_AT_ONCE,
    NEVER_HEALTHY
  }

  private final Cluster cluster;
  private final World world;
  private final List<AppName> apps = new ArrayList<>();
  private long lastKey;
  private int patience;
  private long accepted;

  Users(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world();
  }

  /** So many answers said that it was done. */
  public long accepted() {
    return accepted;
  }

  /** A cluster to begin with: tenants, apps, and a first release each. */
  public void setUp(int tenants, int appsEach) {
    ask(new Command.PublishBase("debian-12", DIGEST, 1, ""));
    ask(new Command.PublishBase(NEXT_LINE, digest(NEXT_LINE), 1, ""));
    for (int tenant = 1; tenant <= tenants; tenant++) {
      String name = "tenant-" + tenant;
      ask(new Command.CreateTenant(name, new Quota(60, 16_384, 10), digest(name)));
      for (int app = 1; app <= appsEach; app++) {
        apps.add(new AppName(name, "app-" + tenant + "-" + app));
      }
    }
    apps.forEach(
        app -> world.after(2_000_000, "set up", () -> ask(new Command.CreateApp(app, ""))));
    for (int at = 0; at < apps.size(); at++) {
      int app = at;
      world.after(4_000_000, "set up", () -> deploy(app, Quality.GOOD));
      world.after(6_000_000, "set up", () -> scale(app, "worker", 1 + app % 3, "nano"));
      world.after(6_000_000, "set up", () -> scale(app, "web", 2, ""));
    }
  }

  private static Digest digest(String name) {
    return new Digest("%064x".formatted(name.hashCode() & 0xffffffffL));
  }

  private AppName app(int number) {
    return apps.get(Math.floorMod(number, apps.size()));
  }

  public int apps() {
    return apps.size();
  }

  public void deploy(int app, Quality quality) {
    String word =
        switch (quality) {
          case GOOD -> "serve";
          case ENDS_AT_ONCE -> HostDriver.ENDS_AT_ONCE;
          case NEVER_HEALTHY -> HostDriver.NEVER_HEALTHY;
        };
    var types =
        List.of(
            new ProcessType("web", "web " + word, HealthCheck.STANDARD, 10_000),
            new ProcessType("worker", "worker " + word, HealthCheck.STANDARD, 5_000));
    ask(new Command.CreateRelease(app(app), new Release.Slug(DIGEST, 1), types, DEPLOY + lastKey));
  }

  /** With a command of its own that comes first, and may fail. */
  public void deployReleasing(int app, boolean isWell) {
    String end = isWell ? HostDriver.ENDS_WELL : HostDriver.ENDS_AT_ONCE;
    var types =
        List.of(
            new ProcessType("web", "web serve", HealthCheck.STANDARD, 10_000),
            new ProcessType("worker", "worker serve", HealthCheck.STANDARD, 5_000),
            new ProcessType(ProcessType.RELEASE, "release " + end, HealthCheck.STANDARD, 5_000));
    ask(new Command.CreateRelease(app(app), new Release.Slug(DIGEST, 1), types, "releasing"));
  }

  /** An empty size leaves the size as it is. */
  public void scale(int app, String type, int count, String size) {
    ask(new Command.Scale(app(app), List.of(new Command.ScaleChange(type, count, size))));
  }

  public void configure(int app, int value) {
    ask(new Command.ChangeConfig(app(app), Map.of("VALUE", "v" + value), List.of()));
  }

  public void restart(int app, String target) {
    ask(new Command.Restart(app(app), target));
  }

  public void steer(int app, Command.DeploySteering steering) {
    ask(new Command.SteerDeploy(app(app), steering));
  }

  /**
   * A canary of so many percent, 0 for none, and so many seconds of health; how many may be missing
   * and what the platform may move follow from the last number.
   */
  public void rollout(int app, int canary, int seconds, int mix) {
    Duration time = Duration.ofSeconds(seconds);
    var policy =
        new Command.PolicyChange(
            Share.number(mix % 14 == 0 ? 0 : 1 + seconds % 4),
            Share.number(mix % 7 == 0 ? 1 : 0),
            time,
            Duration.ofMinutes(2),
            canary == 0 ? List.of() : List.of(canary),
            time,
            null,
            null);
    var budget =
        new Command.BudgetChange(
            mix % 4 * 2L,
            Duration.ofSeconds(mix % 5 == 1 ? 90 : 0),
            mix % 6 == 2 ? WINDOWS[mix % WINDOWS.length] : "");
    ask(new Command.SetRollout(app(app), policy, budget));
  }

  /** The platform may move it as it likes. */
  public void unbind(int app) {
    var policy = new Command.PolicyChange(null, null, null, null, null, null, null, null);
    ask(new Command.SetRollout(app(app), policy, new Command.BudgetChange(0L, Duration.ZERO, "")));
  }

  /** A deadline of zero is none. */
  public void drain(String node, int seconds) {
    ask(new Command.DrainNode(node, Duration.ofSeconds(seconds)));
  }

  public void undrain(String node) {
    ask(new Command.UndrainNode(node));
  }

  public void rollBack(int app) {
    ask(new Command.Rollback(app(app), 0));
  }

  public void destroy(int app) {
    ask(new Command.DestroyApp(app(app)));
  }

  public void create(int app) {
    ask(new Command.CreateApp(app(app), ""));
  }

  public void quota(int app, int instances) {
    ask(new Command.SetQuota(app(app).tenant(), new Quota(instances, 16_384, 10)));
  }

  public void freeze() {
    ask(new Command.FreezeCluster());
  }

  public void thaw() {
    ask(new Command.ThawCluster(Duration.ofMinutes(5)));
  }

  public void publishBase(int number) {
    Digest digest = new Digest("%064x".formatted(1000L + number));
    ask(new Command.PublishBase("debian-12", digest, 1, ""));
  }

  /** The other base line, under all apps; of each third, workers too. */
  public void tryBase(int atATime, int mix) {
    var pace = new Command.TrialPace(1 + atATime % 4, Duration.ofSeconds(60));
    ask(new Command.TryBase(NEXT_LINE, 0, List.of(), "", pace, mix % 3 == 0));
  }

  public void haltTrial() {
    ask(new Command.HaltTrial(NEXT_LINE, 0));
  }

  // --- asking
  // --------------------------------------------------------------------------------------

  private void ask(Command command) {
    var mutation = new Mutation("key-" + ++lastKey, 0, "");
    attempt(new Question(command, mutation, patience), 0);
  }

  /** One request, however often it is sent. */
  private static final class Question {
    private final Command command;
    private final Mutation mutation;
    private final int patience;
    private boolean isAnswered;
    private int tries;

    Question(Command command, Mutation mutation, int patience) {
      this.command = command;
      this.mutation = mutation;
      this.patience = patience;
    }
  }

  /** Whatever has no answer yet is not asked again. */
  public void giveUp() {
    patience++;
  }

  private void attempt(Question question, int scheduler) {
    if (question.isAnswered || question.patience != patience || question.tries++ >= MOST_TRIES) {
      return;
    }
    int tries = question.tries;
    SimScheduler asked = cluster.schedulers().get(scheduler % cluster.schedulers().size());
    cluster
        .network()
        .post(
            "users",
            asked.name(),
            () ->
                asked.run(() ->
                    asked.ask(
                        question.command,
                        question.mutation,
                        outcome ->
                            cluster
                                .network()
                                .post(
                                    asked.name(),
                                    "users",
                                    () -> hear(question, tries, scheduler, outcome)))));
    world.after(
        PATIENCE_MICROS,
        "users wait",
        () -> {
          if (question.tries == tries) {
            attempt(question, scheduler + 1);
          }
        });
  }

  private void hear(Question question, int tries, int scheduler, Outcome outcome) {
    if (question.isAnswered || question.tries != tries) {
      return;
    }
    switch (outcome) {
      case Outcome.Accepted _ -> {
        question.isAnswered = true;
        accepted++;
      }
      case Outcome.Refused refused -> {
        if (isToBeAskedAgain(refused.code())) {
          question.tries++;
          world.after(
              500_000,
              "users again",
              () -> {
                question.tries--;
                attempt(question, scheduler + 1);
              });
        } else {
          question.isAnswered = true;
          world.tell("refused: " + refused.code() + " " + refused.reason());
        }
      }
    }
  }

  /** Also where it may have been done already: the key tells. */
  private static boolean isToBeAskedAgain(RefusalCode code) {
    return code == RefusalCode.NOT_LEADING
        || code == RefusalCode.BUSY
        || code == RefusalCode.TERM_ENDED;
  }
}

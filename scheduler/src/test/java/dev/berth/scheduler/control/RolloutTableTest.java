package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.BudgetChange;
import dev.berth.scheduler.state.Command.DeploySteering;
import dev.berth.scheduler.state.Command.PolicyChange;
import dev.berth.scheduler.state.Command.RingAsked;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every phase of a deploy and everything that may happen in it.
 *
 * <p>Eight instances run on v1; v2 is on its way or was. A cell says what the deploy has come to
 * some time after the event: its phase, the part of its canary while there is one to come, and the
 * release that it brings; or how the request was refused. What is forbidden in each cell is at the
 * end of this class.
 */
class RolloutTableTest {
  private static final List<List<String>> TABLE = read();

  /** In which a deploy of v2 may be. */
  enum In {
    /** Its release command runs. */
    RELEASING,
    /** A quarter is on it; a person promotes. */
    CANARY_1,
    /** A half. */
    CANARY_2,
    /** All are due; the new instances are not healthy yet. */
    ALL,
    /** Like CANARY_1, and paused. */
    PAUSED,
    DONE,
    /** Aborted. */
    RETURNED,
    /** Its instances crash, and it was to stay. */
    FAILED
  }

  /** What may happen. */
  enum Happens {
    NOTHING,
    DEPLOY,
    CONFIG_CHANGE,
    ROLLBACK,
    SCALE_UP,
    SCALE_DOWN,
    RESTART,
    PAUSE,
    RESUME,
    PROMOTE,
    ABORT,
    RELEASE_COMMAND_ENDS_WELL,
    RELEASE_COMMAND_FAILS,
    ONE_CRASHES,
    NEW_ONES_CRASH_AGAIN_AND_AGAIN,
    NEW_ONES_FALL_ILL,
    A_NODE_IS_LOST,
    A_NODE_IS_DRAINED,
    NEW_ONES_ANSWER_WORSE,
    NEW_ONES_ANSWER_AS_WELL,
    A_CAMPAIGN_COMES,
    A_ROUTER_IS_SILENT,
    ANOTHER_LEADER,
    THE_APP_IS_DESTROYED
  }

  private static final BudgetChange NO_BUDGET = new BudgetChange(null, null, null);
  private static final Digest PATCHED = new Digest("1".repeat(64));
  private static final int COUNT = 8;
  private static final int SURGE = 2;

  private TestCluster cluster = TestCluster.withNodes(3);
  private final Set<PlacementId> releaseCommands = new HashSet<>();

  static Stream<Arguments> cells() {
    return Arrays.stream(Happens.values())
        .flatMap(event -> Arrays.stream(In.values()).map(in -> Arguments.of(event, in)));
  }

  @Test
  void theTableHasEveryCellAndNoOther() {
    assertThat(TABLE.getFirst().subList(1, TABLE.getFirst().size()))
        .containsExactlyElementsOf(Arrays.stream(In.values()).map(In::name).toList());
    assertThat(TABLE.subList(1, TABLE.size()))
        .extracting(List::getFirst)
        .containsExactlyElementsOf(
            Arrays.stream(Happens.values()).map(RolloutTableTest::words).toList());
    assertThat(TABLE).allMatch(row -> row.size() == In.values().length + 1);
  }

  @ParameterizedTest(name = "{0} in {1}")
  @MethodSource("cells")
  void comesToWhatTheTableSays(Happens event, In in) {
    bring(in);
    assertThat(standing()).isEqualTo(cell(Happens.NOTHING, in));
    List<Placement> before = List.copyOf(cluster.placements("web"));

    String refusal = make(event, in);
    follow(event);

    assertThat(refusal.isEmpty() ? standing() : refusal).isEqualTo(cell(event, in));
    forbidAfterwards(event, in, before);
  }

  private static String cell(Happens event, In in) {
    int column = TABLE.getFirst().indexOf(in.name());
    return TABLE.stream()
        .filter(row -> row.getFirst().equals(words(event)))
        .map(row -> row.get(column))
        .findFirst()
        .orElse("there is no such cell");
  }

  private static List<List<String>> read() {
    try (InputStream file = RolloutTableTest.class.getResourceAsStream("rollout-table.txt")) {
      return new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
          .toList();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private static String words(Happens event) {
    return event.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private String standing() {
    App app = cluster.state().apps().get(TestCluster.SHOP_ID);
    Deploy deploy = app == null ? null : app.turnover().deploy();
    if (app == null || deploy == null) {
      return "gone";
    }
    String part =
        deploy.standing().phase() == Deploy.Phase.ROLLING
                && deploy.standing().part() < app.turnover().policy().canary().size()
            ? " " + (deploy.standing().part() + 1)
            : "";
    String paused = deploy.isPaused() ? " paused" : "";
    return deploy.standing().phase() + part + " v" + deploy.to() + paused;
  }

  // --- the phases

  private void bring(In in) {
    cluster.deploy("web");
    cluster.scale("web", COUNT);
    cluster.run(Duration.ofSeconds(70));
    switch (in) {
      case RELEASING -> {
        cluster.agents().forEach(agent -> agent.releasesEndWith(-1));
        cluster.deploy("web", "release");
      }
      case CANARY_1 -> canary();
      case CANARY_2 -> {
        canary();
        cluster.run(Duration.ofSeconds(5));
        steer(DeploySteering.PROMOTE);
      }
      case ALL -> {
        cluster.agents().forEach(agent -> agent.staysStarting(2));
        cluster.deploy("web");
      }
      case PAUSED -> {
        canary();
        steer(DeploySteering.PAUSE);
      }
      case DONE -> cluster.deploy("web");
      case RETURNED -> {
        cluster.deploy("web");
        steer(DeploySteering.ABORT);
      }
      case FAILED -> {
        set(new PolicyChange(null, null, null, null, null, null, null, true));
        cluster.agents().forEach(agent -> agent.breakRelease(2));
        cluster.deploy("web");
      }
    }
    cluster.run(Duration.ofSeconds(10));
  }

  private void canary() {
    set(
        new PolicyChange(
            null, null, null, null, List.of(25, 50), Duration.ofSeconds(1), true, null));
    cluster.deploy("web");
  }

  private void set(PolicyChange change) {
    cluster.operator(new Command.SetRollout(TestCluster.SHOP, change, NO_BUDGET));
  }

  private void steer(DeploySteering steering) {
    assertThat(ask(new Command.SteerDeploy(TestCluster.SHOP, steering))).isEmpty();
  }

  // --- the events

  /** Returns the code of the refusal; empty if there is none. */
  private String make(Happens event, In in) {
    switch (event) {
      case NOTHING -> {}
      case DEPLOY -> {
        if (in == In.RELEASING) {
          cluster.deploy("web", "release");
        } else {
          cluster.deploy("web");
        }
      }
      case CONFIG_CHANGE -> {
        return ask(new Command.ChangeConfig(TestCluster.SHOP, Map.of("A", "b"), List.of()));
      }
      case ROLLBACK -> {
        return ask(new Command.Rollback(TestCluster.SHOP, 0));
      }
      case SCALE_UP -> cluster.scale("web", COUNT + 2);
      case SCALE_DOWN -> cluster.scale("web", COUNT - 4);
      case RESTART -> {
        return ask(new Command.Restart(TestCluster.SHOP, ""));
      }
      case PAUSE, RESUME, PROMOTE, ABORT -> {
        return ask(new Command.SteerDeploy(TestCluster.SHOP, DeploySteering.valueOf(event.name())));
      }
      case RELEASE_COMMAND_ENDS_WELL -> cluster.agents().forEach(agent -> agent.releasesEndWith(0));
      case RELEASE_COMMAND_FAILS -> cluster.agents().forEach(agent -> agent.releasesEndWith(3));
      case ONE_CRASHES -> crash(cluster.placements("web").getLast());
      case NEW_ONES_CRASH_AGAIN_AND_AGAIN -> {
        cluster.agents().forEach(agent -> agent.breakRelease(2));
        ofTheNew().forEach(this::crash);
      }
      case NEW_ONES_FALL_ILL ->
          ofTheNew().forEach(it -> agent(it).fallsIll(it.id(), cluster.now()));
      case A_NODE_IS_LOST -> cluster.agent("node-1").fallSilent();
      case A_NODE_IS_DRAINED -> cluster.operator(new Command.DrainNode("node-1", Duration.ZERO));
      case NEW_ONES_ANSWER_WORSE -> answers(40);
      case NEW_ONES_ANSWER_AS_WELL -> answers(0);
      case A_CAMPAIGN_COMES -> {
        cluster.operator(new Command.PublishBase("debian-12", PATCHED, 1, "patched"));
        cluster.agents().forEach(agent -> cluster.offer(agent.holds("", PATCHED)));
        return ask(
            new Command.RollBase(
                "debian-12", 0, List.of(new RingAsked(List.of(), 100)), Duration.ZERO, false));
      }
      case A_ROUTER_IS_SILENT -> cluster.routerAnswers(false);
      case ANOTHER_LEADER -> {
        cluster = cluster.takenOver();
        cluster.connectRouter();
        cluster.agents().forEach(cluster::reconnect);
      }
      case THE_APP_IS_DESTROYED -> {
        return ask(new Command.DestroyApp(TestCluster.SHOP));
      }
    }
    return "";
  }

  private String ask(Command command) {
    return cluster.operator(command) instanceof Outcome.Refused refused
        ? refused.code().name()
        : "";
  }

  private List<Placement> ofTheNew() {
    return cluster.placements("web").stream().filter(it -> it.wanted().release() == 2).toList();
  }

  private void crash(Placement placement) {
    if (agent(placement).reports().containsKey(placement.id())) {
      agent(placement).crash(placement.id(), cluster.now());
    }
  }

  private TestAgent agent(Placement placement) {
    return cluster.agent(placement.node().name());
  }

  /** By the routers' figures, of a hundred requests each. */
  private void answers(int failed) {
    var rows = List.of(row(1, 0), row(2, failed));
    cluster.offer(
        new Event.SignalsTold(
            new Signals(
                cluster.now(), cluster.now(), Map.of(), Map.of(TestCluster.SHOP_ID, rows))));
  }

  private static Signals.Row row(int release, int failed) {
    long[] latency = new long[Traffic.BUCKETS];
    latency[4] = 100;
    return new Signals.Row("web", release, 1, Traffic.NONE, new Traffic(failed, 0, latency));
  }

  private void follow(Happens event) {
    Duration time =
        switch (event) {
          case NEW_ONES_FALL_ILL -> Duration.ofMinutes(6);
          case A_NODE_IS_LOST, ANOTHER_LEADER -> Duration.ofSeconds(100);
          default -> Duration.ofSeconds(20);
        };
    Instant end = cluster.now().plus(time);
    while (cluster.now().isBefore(end)) {
      cluster.pass(Duration.ofMillis(500));
      forbidMeanwhile(event);
    }
  }

  // --- what is forbidden

  private void forbidMeanwhile(Happens event) {
    for (Placement command : cluster.placements("release")) {
      releaseCommands.add(command.id());
    }
    boolean isTakenAway =
        switch (event) {
          case SCALE_DOWN,
              ONE_CRASHES,
              NEW_ONES_CRASH_AGAIN_AND_AGAIN,
              NEW_ONES_FALL_ILL,
              A_NODE_IS_LOST,
              ANOTHER_LEADER,
              THE_APP_IS_DESTROYED ->
              true;
          default -> false;
        };
    if (!isTakenAway) {
      assertThat(cluster.routed().stream().distinct().count())
          .as("instances with requests")
          .isGreaterThanOrEqualTo(COUNT);
    }
    if (event != Happens.A_NODE_IS_LOST && event != Happens.SCALE_UP) {
      assertThat(cluster.placements("web").stream().filter(Placement::isWanted).count())
          .as("instances and those beside them")
          .isLessThanOrEqualTo(COUNT + SURGE);
    }
  }

  private void forbidAfterwards(Happens event, In in, List<Placement> before) {
    String after = standing();
    List<Placement> wanted =
        cluster.placements("web").stream().filter(Placement::isWanted).toList();
    int allowed = in == In.RELEASING && after.contains("v3") ? 2 : in == In.RELEASING ? 1 : 0;
    assertThat(releaseCommands).as("release commands run").hasSizeLessThanOrEqualTo(allowed);
    if (after.startsWith("RETURNED")) {
      assertThat(wanted).allMatch(it -> it.wanted().release() == 1);
    }
    if (after.startsWith("DONE")) {
      int to = Integer.parseInt(after.substring(after.indexOf('v') + 1));
      assertThat(wanted).allMatch(it -> it.wanted().release() == to);
    }
    if (after.startsWith("RELEASING")) {
      assertThat(wanted)
          .as("no instance before the command")
          .allMatch(it -> it.wanted().release() == 1);
    }
    boolean isSteady = event == Happens.NOTHING || (event == Happens.PAUSE && in == In.PAUSED);
    if (isSteady && in != In.FAILED) {
      assertThat(ids(cluster.placements("web"))).isEqualTo(ids(before));
    }
    if (after.equals("ROLLING 1 v2 paused")) {
      var grown = new ArrayList<>(wanted);
      grown.removeIf(it ->
          it.wanted().release() != 2 || before.stream().anyMatch(was -> was.id().equals(it.id())));
      boolean isReplacing =
          event == Happens.A_NODE_IS_LOST
              || event == Happens.A_NODE_IS_DRAINED
              || event == Happens.RESTART
              || event == Happens.A_CAMPAIGN_COMES;
      assertThat(isReplacing ? List.of() : grown)
          .as("moved to the new release in a pause")
          .isEmpty();
    }
  }

  private static List<PlacementId> ids(List<Placement> placements) {
    return placements.stream().map(Placement::id).toList();
  }
}

package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.BudgetChange;
import dev.berth.scheduler.state.Command.PolicyChange;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Share;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that come, and the instances that move to them, through whole passes of the loop. */
class RebalancingTest {
  private static final Capacity LARGE = new Capacity(8192, 8000, 8192, 65_536);
  private static final PolicyChange NO_POLICY =
      new PolicyChange(null, null, null, null, null, null, null, null);

  private TestCluster cluster = TestCluster.withNodes(2);

  @BeforeEach
  void twelveOfSixAppsRunOnTwoNodes() {
    for (int app = 1; app <= 6; app++) {
      cluster.operator(new Command.CreateApp(app(app), ""));
      cluster.deploy(app(app), "web");
      scale(app(app), 2, "large");
    }
    cluster.run(Duration.ofMinutes(15));
    assertThat(on("node-1")).isEqualTo(6);
    assertThat(on("node-2")).isEqualTo(6);
    cluster.takeChanges();
  }

  @Test
  void aNodeThatComesTakesItsPartAndNoRequestIsEverWithoutAnInstance() {
    cluster.connect("node-3", LARGE);

    for (int second = 0; second < 600; second++) {
      cluster.pass(Duration.ofSeconds(1));
      for (int app = 1; app <= 6; app++) {
        assertThat(cluster.routed(id(app)).stream().distinct()).hasSize(2);
      }
    }

    assertThat(on("node-1")).isEqualTo(4);
    assertThat(on("node-2")).isEqualTo(4);
    assertThat(on("node-3")).isEqualTo(4);
    assertThat(moves()).isEqualTo(4);
    assertThat(events("cluster.rebalancing").getFirst().message()).contains("on average");
    assertThat(events("cluster.rebalanced")).hasSize(1);
    assertThat(cluster.snapshot().rebalancing()).isZero();
  }

  @Test
  void onceEvenNothingMovesAgain() {
    cluster.connect("node-3", LARGE);
    cluster.run(Duration.ofMinutes(15));
    cluster.takeChanges();

    cluster.run(Duration.ofHours(3));

    assertThat(moves()).isZero();
  }

  @Test
  void aNodeThatComesAndGoesAgainTakesNothing() {
    TestAgent flapping = cluster.connect("node-3", LARGE);
    for (int times = 0; times < 5; times++) {
      cluster.run(Duration.ofSeconds(20));
      flapping.fallSilent();
      cluster.run(Duration.ofSeconds(70));
      cluster.reconnect(flapping);
    }

    assertThat(moves()).isZero();
  }

  @Test
  void itWaitsForTheAppsBudgets() {
    for (int app = 1; app <= 6; app++) {
      budget(app(app), new BudgetChange(null, null, "12:00-13:00"));
    }
    cluster.connect("node-3", LARGE);
    cluster.run(Duration.ofMinutes(20));
    assertThat(moves()).isZero();
    assertThat(new Budget.Window(0, 60).contains(cluster.now())).isTrue();

    budget(app(1), new BudgetChange(null, null, ""));
    cluster.run(Duration.ofMinutes(20));
    assertThat(moves()).isEqualTo(1);
  }

  @Test
  void anInstanceIsNotMovedAgainSoonerThanItsAppAllows() {
    for (int app = 1; app <= 6; app++) {
      budget(app(app), new BudgetChange(null, Duration.ofHours(2), null));
    }
    cluster.connect("node-3", LARGE);

    cluster.run(Duration.ofMinutes(100));
    assertThat(moves()).isZero();
    cluster.run(Duration.ofMinutes(30));
    assertThat(moves()).isEqualTo(4);
  }

  @Test
  void anAppThatMayNotSurgeIsLeftAlone() {
    for (int app = 1; app <= 6; app++) {
      var policy =
          new PolicyChange(Share.number(0), Share.percent(50), null, null, null, null, null, null);
      assertThat(cluster.operator(new Command.SetRollout(app(app), policy, noBudget())))
          .isInstanceOf(Outcome.Accepted.class);
    }
    cluster.connect("node-3", LARGE);

    cluster.run(Duration.ofMinutes(20));

    assertThat(moves()).isZero();
  }

  @Test
  void byHandItBeginsAtOnceAndEndsByItself() {
    cluster.connect("node-3", LARGE);
    cluster.run(Duration.ofSeconds(5));

    assertThat(cluster.operator(new Command.RebalanceNodes())).isInstanceOf(Outcome.Accepted.class);
    cluster.run(Duration.ofSeconds(40));

    assertThat(on("node-3")).isEqualTo(4);
    assertThat(events("cluster.rebalance-asked")).hasSize(1);
  }

  @Test
  void tenantsDoNotAskForIt() {
    var tenant = new Caller.OfTenant(TestCluster.SHOP_ID.tenant());
    assertThat(cluster.ask(new Command.RebalanceNodes(), tenant))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.code()).isEqualTo(RefusalCode.PERMISSION_DENIED));
  }

  @Test
  void aLeaderThatTakesOverGoesOnWithWhatWasBegun() {
    cluster.connect("node-3", LARGE);
    while (cluster.snapshot().rebalancing() == 0) {
      cluster.pass(Duration.ofSeconds(1));
    }
    List<Placement> begun = List.copyOf(cluster.state().placements().on(new NodeId("node-3")));
    assertThat(begun).isNotEmpty();

    TestCluster after = cluster.takenOver();
    after.connectRouter();
    after.agents().forEach(after::reconnect);
    after.run(Duration.ofMinutes(10));

    assertThat(after.state().placements().on(new NodeId("node-3"))).containsAll(begun).hasSize(4);
    assertThat(after.state().placements().byId()).hasSize(12);
  }

  @Test
  void whatDoesNotStandThereStaysWhereItWasAndIsNotTriedAgainSoon() {
    TestAgent third = cluster.connect("node-3", LARGE);
    third.breakThose(_ -> true);

    cluster.run(Duration.ofHours(4));

    assertThat(cluster.state().placements().byId().values())
        .allMatch(placement -> !placement.node().equals(new NodeId("node-3")))
        .hasSize(12);
    assertThat(begun().values()).allMatch(times -> times == 1);
  }

  @Test
  void aZoneThatComesBackGetsItsShare() {
    cluster = TestCluster.withNodes(4);
    zones();
    cluster.operator(new Command.CordonNode("node-3", true));
    cluster.operator(new Command.CordonNode("node-4", true));
    cluster.deploy("web");
    cluster.scale("web", 4);
    cluster.run(Duration.ofMinutes(15));
    cluster.operator(new Command.CordonNode("node-3", false));
    cluster.operator(new Command.CordonNode("node-4", false));

    cluster.run(Duration.ofMinutes(10));

    assertThat(on("node-1") + on("node-2")).isEqualTo(2);
    assertThat(on("node-3")).isEqualTo(1);
    assertThat(on("node-4")).isEqualTo(1);
    assertThat(events("instance.placed").getLast().message()).contains("zone a");
  }

  @Test
  void aPoolThatPacksMendsZonesOnly() {
    var pools = NodePools.of(List.of(new NodePool("default", NodePool.Policy.PACK, 10)));
    cluster = TestCluster.withNodes(1, new ClusterSettings("localhost", "debian-12", pools));
    cluster.deploy("web");
    cluster.scale("web", 6);
    cluster.run(Duration.ofMinutes(15));

    cluster.connect("node-2", LARGE);
    cluster.run(Duration.ofMinutes(20));
    assertThat(on("node-1")).isEqualTo(6);

    cluster.operator(new Command.LabelNode("node-2", Map.of("zone", "b"), List.of()));
    cluster.run(Duration.ofMinutes(20));
    assertThat(on("node-2")).isEqualTo(3);
  }

  private void zones() {
    for (int node = 1; node <= 4; node++) {
      String zone = node <= 2 ? "a" : "b";
      cluster.operator(new Command.LabelNode("node-" + node, Map.of("zone", zone), List.of()));
    }
  }

  private static AppName app(int number) {
    return new AppName("acme", "app-" + number);
  }

  private static AppId id(int number) {
    return AppId.of("acme", "app-" + number);
  }

  private void scale(AppName app, long count, String size) {
    cluster.operator(new Command.Scale(app, List.of(new Command.ScaleChange("web", count, size))));
  }

  private void budget(AppName app, BudgetChange change) {
    assertThat(cluster.operator(new Command.SetRollout(app, NO_POLICY, change)))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private static BudgetChange noBudget() {
    return new BudgetChange(null, null, null);
  }

  private long on(String node) {
    return cluster.state().placements().on(new NodeId(node)).stream()
        .filter(Placement::isWanted)
        .count();
  }

  private long moves() {
    return begun().values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How often each instance was placed anew since the last call of takeChanges. */
  private Map<InstanceId, Integer> begun() {
    Map<InstanceId, Integer> begun = new HashMap<>();
    for (Change change : cluster.takeChanges()) {
      if (change instanceof Change.PutPlacement(Placement placement)
          && placement.intent() == Placement.Intent.RUN) {
        begun.merge(placement.instance(), 1, Integer::sum);
      }
    }
    return begun;
  }

  private List<HistoryEvent> events(String kind) {
    return cluster.snapshot().history().values().stream()
        .filter(event -> event.kind().equals(kind))
        .toList();
  }
}

package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.control.Planner.Forecast;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.RefusalCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlannerTest {
  private final TestCluster cluster = TestCluster.withNodes(3);

  @BeforeEach
  void runsFour() {
    cluster.deploy("web", "worker");
    cluster.scale("web", 4);
    cluster.run(Duration.ofSeconds(30));
  }

  @Test
  void aPlannedScaleIsWhatThenHappens() {
    var scale = scale("web", 7, "");
    List<String> planned = placed(plan(scale).decisions());

    cluster.takeChanges();
    cluster.operator(scale);
    cluster.run(Duration.ofSeconds(30));

    assertThat(planned).hasSize(3);
    assertThat(cluster.placements("web"))
        .extracting(it -> it.instance() + " " + it.node())
        .containsAll(planned);
  }

  @Test
  void theTimeOfADrainFollowsFromTheClustersPaceAndTheAppsBudget() {
    cluster.scale("web", 60);
    cluster.run(Duration.ofMinutes(2));
    NodeId node = cluster.placements("web").getFirst().node();
    var drain = new Command.DrainNode(node.name(), Duration.ZERO);

    Duration free = planned(1000, drain).time();
    Duration paced = planned(1, drain).time();
    cluster.operator(
        new Command.SetRollout(
            TestCluster.SHOP,
            new Command.PolicyChange(null, null, null, null, null, null, null, null),
            new Command.BudgetChange(70L, null, null)));
    Duration budgeted = planned(1000, drain).time();

    int there = cluster.state().placements().on(node).size();
    assertThat(paced).isGreaterThanOrEqualTo(Duration.ofSeconds(there - 5)).isGreaterThan(free);
    assertThat(budgeted).isGreaterThan(Duration.ofMinutes(50));
  }

  private Forecast.Planned planned(int movesPerSecond, Command command) {
    ClusterSettings settings = TestCluster.SETTINGS.withMovesPerSecond(movesPerSecond);
    Forecast forecast =
        new Planner(settings, new SpreadPlacer())
            .plan(cluster.snapshot(), command, new Caller.Operator());
    return (Forecast.Planned) forecast;
  }

  @Test
  void planningChangesNothing() {
    Snapshot before = cluster.snapshot();

    plan(scale("web", 9, "large"));
    cluster.pass(Duration.ZERO);

    assertThat(cluster.state()).isSameAs(before.state());
  }

  @Test
  void aScaleDownTellsWhoStops() {
    assertThat(plan(scale("web", 1, "")).decisions())
        .filteredOn(event -> event.kind().equals("instance.stopping"))
        .hasSize(3);
  }

  @Test
  void anotherSizeMovesEveryInstanceSurgeFirst() {
    Forecast.Planned planned = plan(scale("web", 4, "medium"));

    assertThat(placed(planned.decisions())).hasSize(4);
    assertThat(planned.isComplete()).isTrue();
  }

  @Test
  void aDrainIsPlannedWithItsTime() {
    NodeId node = cluster.placements("web").getFirst().node();
    int there = cluster.state().placements().on(node).size();

    Forecast.Planned planned = plan(new Command.DrainNode(node.name(), Duration.ZERO));

    assertThat(placed(planned.decisions()))
        .hasSize(there)
        .noneMatch(it -> it.endsWith(node.name()));
    assertThat(planned.time()).isPositive();
    assertThat(planned.isComplete()).isTrue();
    assertThat(cluster.state().nodes().values()).noneMatch(it -> it.policy().isDraining());
  }

  @Test
  void aRebalancingIsPlannedToItsEnd() {
    cluster.scale("web", 30);
    cluster.run(Duration.ofSeconds(30));
    cluster.connect("node-4", new Capacity(8192, 8000, 8192, 65_536));
    cluster.pass(Duration.ofSeconds(1));

    Forecast.Planned planned = plan(new Command.RebalanceNodes());

    assertThat(placed(planned.decisions()))
        .hasSizeGreaterThan(4)
        .allMatch(it -> it.endsWith("node-4"));
    assertThat(planned.isComplete()).isTrue();
    assertThat(cluster.snapshot().rebalancing()).isZero();
  }

  @Test
  void aDeployIsFollowedThroughItsCanary() {
    cluster.operator(
        new Command.SetRollout(
            TestCluster.SHOP,
            new Command.PolicyChange(
                null, null, null, null, List.of(50), Duration.ofMinutes(10), null, null),
            new Command.BudgetChange(null, null, null)));

    Forecast.Planned planned =
        plan(new Command.ChangeConfig(TestCluster.SHOP, Map.of("A", "b"), List.of()));

    assertThat(placed(planned.decisions())).hasSize(4);
    assertThat(planned.decisions()).extracting(HistoryEvent::kind).contains("deploy.done");
    assertThat(planned.time()).isGreaterThan(Duration.ofMinutes(10));
  }

  @Test
  void whatFindsNoRoomIsTold() {
    cluster.operator(new Command.SetQuota("acme", new Quota(1000, 1 << 30, 10)));

    assertThat(plan(scale("worker", 20, "xlarge")).waiting())
        .hasSize(17)
        .allSatisfy((_, words) -> assertThat(words).contains("3 short of memory"));
  }

  @Test
  void aRefusalIsTheOneThatTheCommandWouldGet() {
    Forecast forecast =
        planner().plan(cluster.snapshot(), scale("web", 10_000, ""), new Caller.Operator());

    assertThat(forecast)
        .asInstanceOf(InstanceOfAssertFactories.type(Forecast.Refused.class))
        .satisfies(it -> assertThat(it.refused().code()).isEqualTo(RefusalCode.QUOTA_EXCEEDED));
  }

  private static Command.Scale scale(String type, int count, String size) {
    return new Command.Scale(TestCluster.SHOP, List.of(new Command.ScaleChange(type, count, size)));
  }

  private static Planner planner() {
    return new Planner(TestCluster.SETTINGS, new SpreadPlacer());
  }

  private Forecast.Planned plan(Command command) {
    Forecast forecast = planner().plan(cluster.snapshot(), command, new Caller.Operator());
    assertThat(forecast).isInstanceOf(Forecast.Planned.class);
    return (Forecast.Planned) forecast;
  }

  private static List<String> placed(List<HistoryEvent> decisions) {
    return decisions.stream()
        .filter(event -> event.kind().equals("instance.placed"))
        .map(event -> event.subject().instance() + " " + event.subject().node())
        .toList();
  }
}

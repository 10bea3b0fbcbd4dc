package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Intent;
import dev.berth.scheduler.state.PlacementReport;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeciderTest {
  @Test
  void aFirstDeployStartsOneWebInstanceAndRoutesIt() {
    TestCluster cluster = TestCluster.withNodes(1);

    cluster.deploy("web", "worker");
    cluster.run(Duration.ofSeconds(3));

    assertThat(cluster.routed()).containsExactly("web.1");
    assertThat(cluster.placements("worker")).isEmpty();
  }

  @Test
  void scalingStartsOnlyWhatIsMissingAndStopsTheHighestIndexes() {
    TestCluster cluster = TestCluster.withNodes(2);
    cluster.deploy("web");

    cluster.scale("web", 4);
    cluster.run(Duration.ofSeconds(3));
    assertThat(cluster.routed()).containsExactly("web.1", "web.2", "web.3", "web.4");

    cluster.scale("web", 2);
    cluster.run(Duration.ofSeconds(3));
    assertThat(cluster.routed()).containsExactly("web.1", "web.2");
    assertThat(cluster.placements("web")).hasSize(2);
  }

  @Test
  void instancesSpreadOverTheNodes() {
    TestCluster cluster = TestCluster.withNodes(2);
    cluster.deploy("web");

    cluster.scale("web", 4);
    cluster.run(Duration.ofSeconds(1));

    for (TestAgent agent : cluster.agents()) {
      assertThat(cluster.state().placements().on(agent.id())).hasSize(2);
    }
  }

  @Test
  void aDeployReplacesEachInstanceOnlyOnceItsSuccessorIsRouted() {
    TestCluster cluster = TestCluster.withNodes(2);
    cluster.deploy("web");
    cluster.scale("web", 8);
    cluster.run(Duration.ofSeconds(5));

    cluster.deploy("web");
    for (int second = 0; second < 30; second++) {
      cluster.pass(Duration.ofMillis(200));
      assertThat(cluster.routed()).hasSizeGreaterThanOrEqualTo(8);
      assertThat(cluster.placements("web").stream().filter(Placement::isWanted).count())
          .isLessThanOrEqualTo(10);
    }

    assertThat(cluster.placements("web")).allMatch(p -> p.wanted().release() == 2).hasSize(8);
  }

  @Test
  void aDrainedInstanceRunsUntilTheRouterHasLetGo() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(3));
    cluster.routerAnswers(false);

    cluster.scale("web", 0);
    cluster.run(Duration.ofSeconds(10));
    assertThat(cluster.routed()).isEmpty();
    assertThat(cluster.placements("web")).allMatch(p -> p.intent() == Intent.DRAINING).hasSize(1);

    cluster.routerAnswers(true);
    cluster.run(Duration.ofSeconds(3));
    assertThat(cluster.placements("web")).isEmpty();
  }

  @Test
  void aReleaseThatKeepsCrashingLeavesTheOldInstancesAlone() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("web");
    cluster.scale("web", 4);
    cluster.run(Duration.ofSeconds(5));
    cluster.agent("node-1").breakRelease(2);

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(30));
    assertThat(cluster.routed()).hasSize(4);

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(30));
    assertThat(cluster.placements("web")).allMatch(p -> p.wanted().release() == 3).hasSize(4);
  }

  @Test
  void aCrashLeavesTheRoutesAtOnceWithoutACommit() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(3));
    Placement placement = cluster.placements("web").getFirst();
    cluster.takeChanges();

    cluster.offer(
        new Event.AgentStatus(
            placement.node(),
            cluster.agent("node-1").connection(),
            List.of(
                new PlacementReport(
                    placement.id(), 1, new Phase.Backoff(cluster.now()), null, cluster.now())),
            List.of()));
    cluster.pass(Duration.ZERO);

    assertThat(cluster.routed()).isEmpty();
    assertThat(cluster.takeChanges()).isEmpty();
  }

  @Test
  void aLostNodesInstancesAreReplacedAfterAMinuteAndNotBefore() {
    TestCluster cluster = TestCluster.withNodes(2);
    cluster.deploy("web");
    cluster.scale("web", 2);
    cluster.run(Duration.ofSeconds(90));
    cluster.agent("node-1").fallSilent();

    cluster.run(Duration.ofSeconds(58));
    assertThat(cluster.placements("web")).hasSize(2);
    assertThat(cluster.routed()).hasSize(2);

    cluster.run(Duration.ofSeconds(10));
    assertThat(cluster.placements("web"))
        .hasSize(2)
        .allMatch(placement -> placement.node().equals(new NodeId("node-2")));
  }

  @Test
  void aSilentNodeThatComesBackInTimeKeepsItsInstances() {
    TestCluster cluster = TestCluster.withNodes(2);
    cluster.deploy("web");
    cluster.scale("web", 2);
    cluster.run(Duration.ofSeconds(90));
    List<Placement> before = cluster.placements("web");

    cluster.agent("node-1").fallSilent();
    cluster.run(Duration.ofSeconds(50));
    cluster.reconnect(cluster.agent("node-1"));
    cluster.run(Duration.ofSeconds(30));

    assertThat(cluster.placements("web")).isEqualTo(before);
  }

  @Test
  void aTakeoverChangesNothingAndHoldsTheRoutesUntilTheAgentsHaveSpoken() {
    TestCluster before = TestCluster.withNodes(2);
    before.deploy("web");
    before.scale("web", 4);
    before.run(Duration.ofSeconds(5));
    List<Placement> placements = before.placements("web");

    TestCluster after = before.takenOver();
    after.agents().forEach(TestAgent::fallSilent);
    after.run(Duration.ofSeconds(50));
    assertThat(after.snapshot().routesReady()).isFalse();
    assertThat(after.placements("web")).isEqualTo(placements);

    after.agents().forEach(after::reconnect);
    after.run(Duration.ofSeconds(5));
    assertThat(after.snapshot().routesReady()).isTrue();
    assertThat(after.routed()).hasSize(4);
    assertThat(after.placements("web")).isEqualTo(placements);
  }

  @Test
  void whatFindsNoRoomStaysPendingWithTheReasonAndIsPlacedOnceThereIsRoom() {
    TestCluster cluster = TestCluster.withNodes(0);
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(2));
    assertThat(cluster.snapshot().pending().values())
        .containsExactly("no node has joined the cluster yet");

    cluster.connect("node-1", new Capacity(300, 1000, 1000, 2000));
    cluster.scale("web", 2);
    cluster.run(Duration.ofSeconds(2));

    assertThat(cluster.routed()).containsExactly("web.1");
    assertThat(cluster.snapshot().pending().values())
        .containsExactly("no room on 1 node(s): 1 short of memory (by at least 212 MiB)");
  }

  @Test
  void destroyingAnAppStopsItsInstancesThenForgetsIt() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(3));

    cluster.operator(new Command.DestroyApp(TestCluster.SHOP));
    cluster.run(Duration.ofSeconds(5));

    assertThat(cluster.state().apps()).isEmpty();
    assertThat(cluster.state().releases()).isEmpty();
    assertThat(cluster.state().placements().byId()).isEmpty();
    assertThat(cluster.routes().hosts()).isEmpty();
  }

  @Test
  void aRestartReplacesTheInstanceThatWasNamed() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("web");
    cluster.scale("web", 2);
    cluster.run(Duration.ofSeconds(5));
    List<Placement> before = cluster.placements("web");

    cluster.operator(new Command.Restart(TestCluster.SHOP, "web.2"));
    cluster.run(Duration.ofSeconds(5));

    assertThat(cluster.placements("web")).hasSize(2).contains(before.get(0));
    assertThat(cluster.placements("web")).doesNotContain(before.get(1));
  }

  @Test
  void aConvergedClusterStaysStill() {
    TestCluster cluster = TestCluster.withNodes(3);
    cluster.deploy("web", "worker");
    cluster.scale("web", 5);
    cluster.scale("worker", 3);
    cluster.run(Duration.ofSeconds(20));
    cluster.takeChanges();

    cluster.run(Duration.ofMinutes(2));

    assertThat(cluster.takeChanges()).isEmpty();
  }

  @Test
  void aNodeThatLostEverythingGetsItsInstancesStartedAgain() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(3));

    cluster.agent("node-1").loseEverything();
    cluster.reconnect(cluster.agent("node-1"));
    assertThat(cluster.routed()).isEmpty();
    cluster.run(Duration.ofSeconds(2));

    assertThat(cluster.routed()).containsExactly("web.1");
  }
}

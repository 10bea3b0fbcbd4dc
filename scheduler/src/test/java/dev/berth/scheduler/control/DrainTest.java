package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.BudgetChange;
import dev.berth.scheduler.state.Command.PolicyChange;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.RefusalCode;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes that are drained, through whole passes of the loop. */
class DrainTest {
  private static final NodeId FIRST = new NodeId("node-1");
  private static final PolicyChange NO_POLICY =
      new PolicyChange(null, null, null, null, null, null, null, null);

  private final TestCluster cluster = TestCluster.withNodes(3);

  @BeforeEach
  void sixRunOnThreeNodes() {
    cluster.deploy("web");
    cluster.scale("web", 6);
    cluster.run(Duration.ofSeconds(5));
    assertThat(on(FIRST)).isEqualTo(2);
  }

  @Test
  void allLeavesAndNoneIsEverMissing() {
    drain(Duration.ZERO);

    for (int pass = 0; pass < 100; pass++) {
      cluster.pass(Duration.ofMillis(200));
      assertThat(cluster.routed().stream().distinct()).hasSize(6);
    }

    assertThat(on(FIRST)).isZero();
    assertThat(cluster.placements("web")).hasSize(6);
    assertThat(cluster.state().nodes().values())
        .filteredOn(node -> node.policy().isDraining())
        .hasSize(1);
  }

  @Test
  void aDrainedNodeGetsNothingNewAndUndoneItDoes() {
    drain(Duration.ZERO);
    cluster.run(Duration.ofSeconds(20));
    cluster.scale("web", 9);
    cluster.run(Duration.ofSeconds(5));
    assertThat(on(FIRST)).isZero();

    assertThat(cluster.operator(new Command.UndrainNode("node-1")))
        .isInstanceOf(Outcome.Accepted.class);
    cluster.scale("web", 12);
    cluster.run(Duration.ofSeconds(5));
    assertThat(on(FIRST)).isEqualTo(3);
  }

  @Test
  void withoutRoomElsewhereItWaitsAndAtTheDeadlineItStops() {
    cluster.operator(new Command.CordonNode("node-2", true));
    cluster.operator(new Command.CordonNode("node-3", true));
    drain(Duration.ofSeconds(30));

    cluster.run(Duration.ofSeconds(25));
    assertThat(on(FIRST)).isEqualTo(2);
    assertThat(cluster.routed()).hasSize(6);

    cluster.run(Duration.ofSeconds(15));
    assertThat(on(FIRST)).isZero();
    assertThat(cluster.routed()).hasSize(4);
    assertThat(cluster.snapshot().pending()).hasSize(2);

    cluster.operator(new Command.CordonNode("node-2", false));
    cluster.run(Duration.ofSeconds(5));
    assertThat(cluster.routed()).hasSize(6);
  }

  @Test
  void anotherLeaderGoesOnWithIt() {
    drain(Duration.ZERO);
    cluster.pass(Duration.ofMillis(100));

    TestCluster after = cluster.takenOver();
    after.connectRouter();
    after.agents().forEach(after::reconnect);
    after.run(Duration.ofSeconds(40));

    assertThat(after.state().placements().on(FIRST)).isEmpty();
    assertThat(after.routed()).hasSize(6);
    assertThat(after.placements("web")).hasSize(6);
  }

  @Test
  void theBudgetBoundsHowManyAreMovedInAnHour() {
    cluster.run(Duration.ofHours(1));
    budget(new BudgetChange(1L, null, null));

    drain(Duration.ZERO);
    cluster.run(Duration.ofMinutes(50));
    assertThat(on(FIRST)).isEqualTo(1);

    cluster.run(Duration.ofMinutes(20));
    assertThat(on(FIRST)).isZero();
  }

  @Test
  void anInstanceIsLeftAloneForAWhileAfterItWasPlaced() {
    budget(new BudgetChange(null, Duration.ofMinutes(10), null));
    drain(Duration.ZERO);

    cluster.run(Duration.ofMinutes(9));
    assertThat(on(FIRST)).isEqualTo(2);

    cluster.run(Duration.ofMinutes(2));
    assertThat(on(FIRST)).isZero();
  }

  @Test
  void movesBeginInTheAppsWindowOnly() {
    budget(new BudgetChange(null, null, "00:30-01:00"));
    drain(Duration.ZERO);

    cluster.run(Duration.ofMinutes(28));
    assertThat(on(FIRST)).isEqualTo(2);

    cluster.run(Duration.ofMinutes(4));
    assertThat(on(FIRST)).isZero();
  }

  @Test
  void aDeployIsNotBoundByTheBudget() {
    budget(new BudgetChange(1L, Duration.ofHours(5), "05:00-06:00"));

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(30));

    assertThat(cluster.placements("web")).allMatch(it -> it.wanted().release() == 2).hasSize(6);
  }

  @Test
  void aNodeIsForgottenOnceItIsEmpty() {
    assertThat(refused(new Command.RemoveNode("node-1"))).isEqualTo(RefusalCode.NODE_NOT_EMPTY);
    drain(Duration.ZERO);
    cluster.run(Duration.ofSeconds(20));

    assertThat(cluster.operator(new Command.RemoveNode("node-1")))
        .isInstanceOf(Outcome.Accepted.class);
    cluster.scale("web", 9);
    cluster.run(Duration.ofSeconds(5));
    assertThat(cluster.state().nodes()).hasSize(2);
    assertThat(cluster.routed()).hasSize(9);

    cluster.connect("node-1", new Capacity(8192, 8000, 8192, 65_536));
    cluster.scale("web", 12);
    cluster.run(Duration.ofSeconds(5));
    assertThat(on(FIRST)).isEqualTo(3);
  }

  @Test
  void badWishesAreRefusedByName() {
    assertThat(refused(new Command.DrainNode("node-9", Duration.ZERO)))
        .isEqualTo(RefusalCode.NODE_NOT_FOUND);
    assertThat(refused(new Command.DrainNode("node-1", Duration.ofDays(8))))
        .isEqualTo(RefusalCode.INVALID_REQUEST);
    for (String window : List.of("25:00-01:00", "01:00-01:00", "1:00-2:00", "x")) {
      var change = new BudgetChange(null, null, window);
      assertThat(refused(new Command.SetRollout(TestCluster.SHOP, NO_POLICY, change)))
          .isEqualTo(RefusalCode.INVALID_ROLLOUT);
    }
  }

  private void drain(Duration deadline) {
    assertThat(cluster.operator(new Command.DrainNode("node-1", deadline), "a new kernel"))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private void budget(BudgetChange change) {
    assertThat(cluster.operator(new Command.SetRollout(TestCluster.SHOP, NO_POLICY, change)))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private @Nullable RefusalCode refused(Command command) {
    return cluster.operator(command) instanceof Outcome.Refused refused ? refused.code() : null;
  }

  private long on(NodeId node) {
    return cluster.state().placements().on(node).stream().filter(Placement::isWanted).count();
  }
}

package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.BudgetChange;
import dev.berth.scheduler.state.Command.PolicyChange;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Share;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How fast the platform moves what it moves for its own reasons, through whole passes. */
class MovesTest {
  private static final PolicyChange ALL_AT_ONCE =
      new PolicyChange(Share.percent(100), null, null, null, null, null, null, null);
  private static final BudgetChange NO_BUDGET = new BudgetChange(null, null, null);

  @Test
  void theClusterBeginsSoManyMovesASecond() {
    TestCluster cluster = twelveOnThreeNodes(1);

    operator(cluster, new Command.DrainNode("node-1", Duration.ZERO));
    cluster.pass(Duration.ofMillis(10));
    assertThat(cluster.placements("web")).hasSize(12 + 2);
    assertThat(cluster.snapshot().movesLeft()).isZero();

    cluster.run(Duration.ofSeconds(30));
    assertThat(on(cluster, "node-1")).isZero();
    assertThat(cluster.routed()).hasSize(12);
  }

  @Test
  void aDrainPastItsDeadlineIsNotHeldUp() {
    TestCluster cluster = twelveOnThreeNodes(1);

    operator(cluster, new Command.DrainNode("node-1", Duration.ofSeconds(1)));
    cluster.run(Duration.ofSeconds(3));

    assertThat(on(cluster, "node-1")).isZero();
  }

  @Test
  void whatTheAppItselfWishesIsNotHeldUp() {
    TestCluster cluster = twelveOnThreeNodes(1);

    cluster.deploy("web");
    cluster.pass(Duration.ofMillis(10));

    assertThat(cluster.placements("web")).hasSize(2 * 12);
  }

  @Test
  void anInstanceThatIsMovedTwiceWithinAnHourCountsTwice() {
    TestCluster cluster = twelveOnThreeNodes(1_000);
    cluster.run(Duration.ofHours(1));
    operator(
        cluster,
        new Command.SetRollout(TestCluster.SHOP, ALL_AT_ONCE, new BudgetChange(8L, null, null)));
    operator(cluster, new Command.DrainNode("node-1", Duration.ZERO));
    cluster.run(Duration.ofMinutes(1));
    assertThat(on(cluster, "node-1")).isZero();

    operator(cluster, new Command.UndrainNode("node-1"));
    operator(cluster, new Command.DrainNode("node-2", Duration.ZERO));
    cluster.run(Duration.ofMinutes(50));
    assertThat(on(cluster, "node-2")).isEqualTo(6 - 4);

    cluster.run(Duration.ofMinutes(20));
    assertThat(on(cluster, "node-2")).isZero();
  }

  private static TestCluster twelveOnThreeNodes(int movesPerSecond) {
    TestCluster cluster =
        TestCluster.withNodes(3, TestCluster.SETTINGS.withMovesPerSecond(movesPerSecond));
    cluster.deploy("web");
    cluster.scale("web", 12);
    operator(cluster, new Command.SetRollout(TestCluster.SHOP, ALL_AT_ONCE, NO_BUDGET));
    cluster.run(Duration.ofSeconds(5));
    assertThat(on(cluster, "node-1")).isEqualTo(4);
    return cluster;
  }

  private static void operator(TestCluster cluster, Command command) {
    assertThat(cluster.operator(command)).isInstanceOf(Outcome.Accepted.class);
  }

  private static long on(TestCluster cluster, String node) {
    return cluster.state().placements().on(new NodeId(node)).stream()
        .filter(Placement::isWanted)
        .count();
  }
}

package dev.berth.scheduler.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.control.TestCluster;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.BudgetChange;
import dev.berth.scheduler.state.Command.PolicyChange;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Share;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HoldupsTest {
  private static final PolicyChange ALL_AT_ONCE =
      new PolicyChange(Share.percent(100), null, null, null, null, null, null, null);

  private final TestCluster cluster =
      TestCluster.withNodes(3, TestCluster.SETTINGS.withMovesPerSecond(1));

  @Test
  void aDrainSaysThatItWaitsForTheWindow() {
    drainTwelve(new BudgetChange(null, null, "00:30-01:00"));

    assertThat(waiting()).isEqualTo("acme/shop: it may be moved from 00:30-01:00 UTC only");
  }

  @Test
  void aDrainSaysThatItWaitsForTheBudget() {
    drainTwelve(new BudgetChange(2L, null, null));

    assertThat(waiting()).isEqualTo("acme/shop: its budget of 2 moves an hour is spent");
  }

  @Test
  void aDrainSaysThatItWaitsForTheInstancesToHaveRested() {
    drainTwelve(new BudgetChange(null, Duration.ofMinutes(10), null));

    assertThat(waiting())
        .isEqualTo("acme/shop: its instances are left alone for 600 s after they were placed");
  }

  @Test
  void aDrainSaysThatItWaitsForTheClustersPace() {
    drainTwelve(new BudgetChange(null, null, null));

    assertThat(waiting()).contains("moves.per-second");
  }

  @Test
  void aDrainThatNothingHoldsUpSaysNothing() {
    drainTwelve(new BudgetChange(null, null, null));
    cluster.run(Duration.ofMinutes(1));

    assertThat(waiting()).isEmpty();
  }

  private void drainTwelve(BudgetChange budget) {
    cluster.deploy("web");
    cluster.scale("web", 12);
    cluster.run(Duration.ofSeconds(5));
    accepted(new Command.SetRollout(TestCluster.SHOP, ALL_AT_ONCE, budget));
    accepted(new Command.DrainNode("node-1", Duration.ZERO));
    cluster.pass(Duration.ofMillis(10));
  }

  private void accepted(Command command) {
    assertThat(cluster.operator(command)).isInstanceOf(Outcome.Accepted.class);
  }

  private String waiting() {
    return Holdups.ofDrain(new NodeId("node-1"), cluster.snapshot());
  }
}

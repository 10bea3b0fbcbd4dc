package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Placement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What seeds of the simulation have shown to be wrong, told in short. */
class FoundBySimulationTest {
  /** Seed 6: they may still be following a leader that was stopped, not killed. */
  @Test
  void aNewLeaderWaitsForRoutersBeforeItStopsAnything() {
    TestCluster before = TestCluster.withNodes(2);
    before.deploy("web");
    before.run(Duration.ofSeconds(10));
    Placement old = before.placements("web").getFirst();
    TestCluster after = before.takenOver();
    after.agents().forEach(after::reconnect);

    after.deploy("web");
    after.run(Duration.ofSeconds(15));
    assertThat(after.placements("web")).hasSize(2).contains(old);

    after.run(Duration.ofSeconds(15));
    assertThat(after.placements("web")).hasSize(1).doesNotContain(old);
  }

  /** Seed 73: it may still run, now that somebody can say so. */
  @Test
  void aPlacementOnANodeThatIsBackIsNotForgottenBeforeItHasStopped() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("worker");
    cluster.scale("worker", 1);
    cluster.run(Duration.ofSeconds(5));
    cluster.agent("node-1").fallSilent();
    cluster.run(Duration.ofSeconds(90));

    cluster.reconnect(cluster.agent("node-1"));
    cluster.scale("worker", 0);

    assertThat(cluster.placements("worker"))
        .singleElement()
        .extracting(Placement::intent)
        .isEqualTo(Placement.Intent.STOPPING);
  }

  /** Seed 102: its container may well be serving. */
  @Test
  void aLostInstanceKeepsItsRouteUntilAnotherServes() {
    TestCluster cluster = TestCluster.withNodes(3);
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(10));
    Placement lost = cluster.placements("web").getFirst();
    cluster.agents().forEach(agent -> agent.breakRelease(1));
    cluster.agent(lost.node().name()).fallSilent();
    cluster.run(Duration.ofSeconds(75));
    cluster.agents().forEach(agent -> agent.breakRelease(2));

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(10));

    assertThat(cluster.placements("web")).contains(lost);
    assertThat(cluster.routed()).containsExactly("web.1");
  }
}

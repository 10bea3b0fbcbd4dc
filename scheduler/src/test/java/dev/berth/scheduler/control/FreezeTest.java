package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.rollout.Brake;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many nodes fall silent; operators hold the cluster and let it go. */
class FreezeTest {
  private static final Duration UNTIL_LOST = Duration.ofSeconds(90);

  @Test
  void whenMostNodesAreSilentTheClusterFreezesLoudlyAndTheirReturnThawsIt() {
    TestCluster cluster = withTenNodes();

    silence(cluster, 6);
    cluster.run(Duration.ofMinutes(5));

    assertThat(cluster.snapshot().brake()).isEqualTo(new Brake(Brake.Level.FROZEN, 6, 10));
    assertThat(kinds(cluster)).contains("cluster.frozen").doesNotContain("node.lost");

    cluster.agents().forEach(cluster::reconnect);
    cluster.run(Duration.ofSeconds(3));

    assertThat(cluster.snapshot().brake().level()).isEqualTo(Brake.Level.OFF);
    assertThat(kinds(cluster)).endsWith("cluster.unbraked");
    assertThat(cluster.placements("web")).hasSize(10);
  }

  @Test
  void aFreezeByOrderKeepsEvenASingleSilentNodesInstances() {
    TestCluster cluster = withTenNodes();
    cluster.operator(new Command.FreezeCluster(), "the switch is being replaced");

    silence(cluster, 1);
    cluster.run(Duration.ofMinutes(5));

    assertThat(cluster.snapshot().brake().level()).isEqualTo(Brake.Level.HELD);
    assertThat(kinds(cluster)).contains("cluster.held").doesNotContain("node.lost");
    assertThat(cluster.placements("web")).hasSize(10);

    cluster.operator(new Command.ThawCluster(Duration.ZERO));
    cluster.run(Duration.ofSeconds(5));

    assertThat(kinds(cluster)).contains("cluster.thawed", "node.lost");
    assertThat(on(cluster, "node-1")).isEmpty();
    assertThat(cluster.state().upkeep().freeze()).isEqualTo(FreezeOrder.NONE);
  }

  @Test
  void whatIsLostAlreadyIsNotReplacedOnceTheClusterIsFrozen() {
    TestCluster cluster = withTenNodes();
    for (int node = 2; node <= 10; node++) {
      cluster.operator(new Command.CordonNode("node-" + node, true));
    }
    silence(cluster, 1);
    cluster.run(UNTIL_LOST);
    assertThat(kinds(cluster)).contains("node.lost");
    cluster.operator(new Command.FreezeCluster());

    cluster.operator(new Command.CordonNode("node-2", false));
    cluster.run(Duration.ofMinutes(1));
    assertThat(on(cluster, "node-2")).hasSize(1);

    cluster.operator(new Command.ThawCluster(Duration.ZERO));
    cluster.run(Duration.ofSeconds(15));
    assertThat(on(cluster, "node-2")).hasSize(2);
  }

  @Test
  void whatTenantsAskForGoesOnInAFrozenCluster() {
    TestCluster cluster = withTenNodes();
    cluster.operator(new Command.FreezeCluster());

    cluster.scale("web", 12);
    cluster.run(Duration.ofSeconds(5));

    assertThat(cluster.routed()).hasSize(12);
  }

  @Test
  void aDeployInAFrozenClusterReplacesWhatIsLostOnlyAsDeploysDo() {
    TestCluster cluster = withTenNodes();
    for (int node = 2; node <= 10; node++) {
      cluster.operator(new Command.CordonNode("node-" + node, true));
    }
    silence(cluster, 1);
    cluster.run(UNTIL_LOST);
    cluster.operator(new Command.FreezeCluster());
    cluster.operator(new Command.CordonNode("node-2", false));

    cluster.deploy("web");
    cluster.run(Duration.ofMinutes(2));

    assertThat(cluster.placements("web")).hasSize(10).allMatch(it -> it.wanted().release() == 2);
    assertThat(cluster.snapshot().history().values())
        .extracting(HistoryEvent::message)
        .noneMatch(message -> message.contains("node-1 is lost"));
  }

  @Test
  void aThawReleasesTheAutomaticFreezeOneNodeAtATime() {
    TestCluster cluster = withTenNodes();
    silence(cluster, 6);
    cluster.run(Duration.ofMinutes(3));

    cluster.operator(new Command.ThawCluster(Duration.ofMinutes(30)));
    cluster.run(Duration.ofSeconds(5));
    assertThat(cluster.snapshot().brake().level()).isEqualTo(Brake.Level.RELEASED);
    assertThat(kinds(cluster).stream().filter("node.lost"::equals)).hasSize(1);

    cluster.run(Duration.ofMinutes(2));
    assertThat(kinds(cluster).stream().filter("node.lost"::equals)).hasSize(6);
    cluster.run(Duration.ofMinutes(29));
    assertThat(cluster.snapshot().brake().level()).isEqualTo(Brake.Level.FROZEN);
  }

  @Test
  void aFreezeByOrderOutlivesItsLeader() {
    TestCluster cluster = withTenNodes();
    cluster.operator(new Command.FreezeCluster());

    TestCluster next = cluster.takenOver();
    next.run(Duration.ofMinutes(5));

    assertThat(next.snapshot().brake().level()).isEqualTo(Brake.Level.HELD);
    assertThat(kinds(next)).doesNotContain("node.lost");
  }

  @Test
  void onlyOperatorsFreeze() {
    TestCluster cluster = withTenNodes();
    var tenant = new Caller.OfTenant(new TenantId("acme"));

    assertThat(cluster.ask(new Command.FreezeCluster(), tenant))
        .isInstanceOf(Outcome.Refused.class);
    assertThat(cluster.ask(new Command.ThawCluster(Duration.ZERO), tenant))
        .isInstanceOf(Outcome.Refused.class);
    assertThat(cluster.operator(new Command.ThawCluster(Duration.ofDays(2))))
        .isInstanceOf(Outcome.Refused.class);
  }

  private static TestCluster withTenNodes() {
    TestCluster cluster = TestCluster.withNodes(10);
    cluster.deploy("web");
    cluster.scale("web", 10);
    cluster.run(Duration.ofSeconds(10));
    return cluster;
  }

  private static void silence(TestCluster cluster, int nodes) {
    IntStream.rangeClosed(1, nodes).forEach(node -> cluster.agent("node-" + node).fallSilent());
  }

  private static List<Placement> on(TestCluster cluster, String node) {
    return cluster.placements("web").stream()
        .filter(it -> it.node().equals(new NodeId(node)))
        .toList();
  }

  private static List<String> kinds(TestCluster cluster) {
    return cluster.snapshot().history().values().stream()
        .map(HistoryEvent::kind)
        .filter(kind -> kind.startsWith("cluster.") || kind.equals("node.lost"))
        .toList();
  }
}

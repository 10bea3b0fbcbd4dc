package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.HistoryEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What follows from a node's tries of its own defences. */
class NodeVerificationTest {
  @Test
  void aNodeThatFailsACheckKeepsWhatRunsAndGetsNothingNew() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(3));

    verifies(cluster, true, "seccomp");
    cluster.scale("web", 3);
    cluster.run(Duration.ofSeconds(3));

    assertThat(cluster.routed()).containsExactly("web.1");
    assertThat(cluster.snapshot().pending().values())
        .containsOnly("no room on 1 node(s): 1 not verified (node-unverified)")
        .hasSize(2);
  }

  @Test
  void aNodeThatPassesAgainGetsWhatWaited() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.deploy("web");
    verifies(cluster, true, "seccomp");
    cluster.scale("web", 3);
    cluster.run(Duration.ofSeconds(3));

    verifies(cluster, true);
    cluster.run(Duration.ofSeconds(3));

    assertThat(cluster.routed()).containsExactly("web.1", "web.2", "web.3");
    assertThat(cluster.snapshot().pending()).isEmpty();
  }

  @Test
  void theShortFormDoesNotClearACheckThatItLeavesOut() {
    TestCluster cluster = TestCluster.withNodes(1);
    verifies(cluster, true, "seccomp");

    verifies(cluster, false);

    assertThat(failed(cluster)).containsExactly("seccomp");
  }

  @Test
  void theShortFormClearsAndAddsWhatItTries() {
    TestCluster cluster = TestCluster.withNodes(1);
    verifies(cluster, true, "seccomp");

    verifies(cluster, false, "no-capabilities");
    assertThat(failed(cluster)).containsExactly("no-capabilities", "seccomp");

    verifies(cluster, false);
    assertThat(failed(cluster)).containsExactly("seccomp");
  }

  @Test
  void anAgentsRestartDoesNotClearWhatFailed() {
    TestCluster cluster = TestCluster.withNodes(1);
    verifies(cluster, true, "seccomp");

    cluster.agent("node-1").forgetsVerification();
    cluster.reconnect(cluster.agent("node-1"));

    assertThat(failed(cluster)).containsExactly("seccomp");
  }

  @Test
  void anAgentThatHasStartedAnewGetsNothingUntilItHasVerified() {
    TestCluster cluster = TestCluster.withNodes(1);
    cluster.agent("node-1").forgetsVerification();
    cluster.reconnect(cluster.agent("node-1"));
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(3));
    assertThat(cluster.routed()).isEmpty();

    verifies(cluster, false);
    cluster.run(Duration.ofSeconds(3));

    assertThat(cluster.routed()).containsExactly("web.1");
  }

  @Test
  void anotherLeaderLearnsOfAFailureFromTheHello() {
    TestCluster before = TestCluster.withNodes(2);
    before.deploy("web");
    verifies(before, true, "seccomp");

    TestCluster cluster = before.takenOver();
    cluster.connectRouter();
    cluster.agents().forEach(cluster::reconnect);
    cluster.scale("web", 4);
    cluster.run(Duration.ofSeconds(70));

    assertThat(failed(cluster)).containsExactly("seccomp");
    assertThat(cluster.placements("web").stream().filter(p -> p.node().name().equals("node-2")))
        .hasSizeGreaterThanOrEqualTo(3);
  }

  @Test
  void theHistoryHasOneEventForEachChangeAndNoneForRunsThatFindTheSame() {
    TestCluster cluster = TestCluster.withNodes(1);

    verifies(cluster, true);
    verifies(cluster, true, "seccomp");
    verifies(cluster, false);
    verifies(cluster, true, "seccomp");
    verifies(cluster, true, "no-capabilities", "seccomp");
    verifies(cluster, true);
    verifies(cluster, false);

    assertThat(told(cluster))
        .containsExactly(
            "node.unverified fails seccomp; it gets no new instances until it passes: mend it,"
                + " then: berth node verify node-1",
            "node.unverified fails no-capabilities, seccomp; it gets no new instances until it"
                + " passes: mend it, then: berth node verify node-1",
            "node.verified its defences hold, by 3 checks");
  }

  @Test
  void aNewLeaderDoesNotTellOfNodesThatAreWell() {
    TestCluster cluster = TestCluster.withNodes(3).takenOver();

    cluster.agents().forEach(cluster::reconnect);
    cluster.run(Duration.ofSeconds(1));

    assertThat(told(cluster)).isEmpty();
    assertThat(cluster.snapshot().actual().unverified()).isZero();
  }

  private static void verifies(TestCluster cluster, boolean full, String... failed) {
    cluster.offer(cluster.agent("node-1").verifies(cluster.now(), full, failed));
    cluster.pass(Duration.ZERO);
  }

  private static List<String> failed(TestCluster cluster) {
    var verification =
        cluster.snapshot().actual().node(cluster.agent("node-1").id()).orElseThrow().verification();
    return verification == null ? List.of() : verification.failed();
  }

  private static List<String> told(TestCluster cluster) {
    return cluster.snapshot().history().values().stream()
        .filter(event -> event.kind().endsWith("verified"))
        .map((HistoryEvent event) -> event.kind() + " " + event.message())
        .toList();
  }
}

package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.BudgetChange;
import dev.berth.scheduler.state.Command.CoordinatorAsked;
import dev.berth.scheduler.state.Command.PolicyChange;
import dev.berth.scheduler.state.Command.WebhookAsked;
import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.Consent.Standing;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.RefusalCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An app whose own program agrees to moves; the test answers in its place. */
class CoordinatorTest {
  private static final PolicyChange NO_POLICY =
      new PolicyChange(null, null, null, null, null, null, null, null);
  private static final String SECRET = "0123456789abcdef";

  private TestCluster cluster = TestCluster.withNodes(3);
  private NodeId node = new NodeId("node-1");

  @BeforeEach
  void deploy() {
    cluster.deploy("web");
    cluster.scale("web", 12);
    cluster.run(Duration.ofSeconds(30));
    node = cluster.placements("web").getFirst().node();
    coordinate("https://shop.example/moves", SECRET);
  }

  @Test
  void nothingMovesBeforeItIsAskedAndHasAllowed() {
    drain();
    cluster.run(Duration.ofSeconds(10));
    assertThat(left()).isEqualTo(4);
    assertThat(asked()).as("as many as may be replaced at a time").hasSize(3);

    asked().forEach(id -> answer(id, true));
    cluster.run(Duration.ofSeconds(10));
    assertThat(left()).isEqualTo(1);

    asked().forEach(id -> answer(id, true));
    cluster.run(Duration.ofSeconds(10));
    assertThat(left()).isZero();
    cluster.run(Duration.ofSeconds(2));
    assertThat(cluster.snapshot().consents()).isEmpty();
  }

  @Test
  void whatIsDeniedStaysAndIsAskedAgainAfterHalfAMinute() {
    drain();
    cluster.run(Duration.ofSeconds(3));
    List<PlacementId> first = asked();
    first.forEach(id -> answer(id, false));
    cluster.run(Duration.ofSeconds(2));
    asked().forEach(id -> answer(id, false));
    cluster.run(Duration.ofSeconds(15));
    assertThat(left()).isEqualTo(4);
    assertThat(asked()).isEmpty();

    cluster.run(Duration.ofSeconds(20));
    assertThat(asked()).isNotEmpty().isSubsetOf(allOnNode());
    assertThat(left()).isEqualTo(4);
  }

  @Test
  void anAnswerThatNobodyWaitsForDoesNothing() {
    answer(cluster.placements("web").getFirst().id(), true);
    cluster.run(Duration.ofSeconds(2));

    assertThat(cluster.snapshot().consents()).isEmpty();
  }

  @Test
  void theAppsOwnChangesAndADrainPastItsDeadlineAskNobody() {
    cluster.operator(new Command.Restart(TestCluster.SHOP, "web"));
    cluster.run(Duration.ofMinutes(2));
    assertThat(cluster.snapshot().consents()).isEmpty();
    assertThat(cluster.placements("web"))
        .allSatisfy(it -> assertThat(it.wanted().restartToken()).isPositive());

    NodeId other = cluster.placements("web").getFirst().node();
    cluster.operator(new Command.DrainNode(other.name(), Duration.ofSeconds(30)));
    cluster.run(Duration.ofMinutes(2));
    assertThat(cluster.state().placements().on(other)).isEmpty();
  }

  @Test
  void anotherLeaderAsksAgain() {
    drain();
    cluster.run(Duration.ofSeconds(5));
    asked().forEach(id -> answer(id, true));

    cluster = cluster.takenOver();
    cluster.connectRouter();
    List.copyOf(cluster.agents()).forEach(cluster::reconnect);
    cluster.run(Duration.ofSeconds(20));

    assertThat(asked()).isNotEmpty();
    assertThat(left()).isEqualTo(4);
  }

  @Test
  void withoutACoordinatorAnyMoreAllGoesAsItWould() {
    drain();
    cluster.run(Duration.ofSeconds(5));

    coordinate("", "");
    cluster.run(Duration.ofSeconds(60));

    assertThat(left()).isZero();
  }

  @Test
  void theSecretStaysWithItsAddress() {
    coordinate("https://shop.example/moves", "");
    assertThat(secret()).isEqualTo(SECRET);

    assertThat(set("https://other.example/", ""))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            it -> assertThat(it.code()).isEqualTo(RefusalCode.INVALID_WEBHOOK));
    assertThat(set("file:///etc/passwd", SECRET)).isInstanceOf(Outcome.Refused.class);
    assertThat(cluster.shop().turnover().toString()).doesNotContain(SECRET);
  }

  private String secret() {
    return Objects.requireNonNull(cluster.shop().turnover().budget().coordinator())
        .webhook()
        .secret();
  }

  private void coordinate(String url, String secret) {
    assertThat(set(url, secret)).isInstanceOf(Outcome.Accepted.class);
  }

  private Outcome set(String url, String secret) {
    var asked = new CoordinatorAsked(new WebhookAsked(url, Duration.ZERO, secret), false);
    return cluster.operator(
        new Command.SetRollout(
            TestCluster.SHOP, NO_POLICY, new BudgetChange(null, null, null, asked)));
  }

  private void drain() {
    cluster.operator(new Command.DrainNode(node.name(), Duration.ZERO));
  }

  private int left() {
    return (int) cluster.state().placements().on(node).stream().filter(it -> it.isWanted()).count();
  }

  private List<PlacementId> allOnNode() {
    return cluster.state().placements().on(node).stream().map(it -> it.id()).toList();
  }

  private List<PlacementId> asked() {
    return cluster.snapshot().consents().entrySet().stream()
        .filter(it -> it.getValue().standing() == Standing.ASKED)
        .map(Map.Entry<PlacementId, Consent>::getKey)
        .toList();
  }

  private void answer(PlacementId id, boolean isAllowed) {
    cluster.offer(new Event.MoveJudged(id, isAllowed, isAllowed ? "" : "not now"));
  }
}

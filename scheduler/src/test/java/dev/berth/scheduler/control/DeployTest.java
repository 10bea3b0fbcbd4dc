package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.BudgetChange;
import dev.berth.scheduler.state.Command.DeploySteering;
import dev.berth.scheduler.state.Command.PolicyChange;
import dev.berth.scheduler.state.Deploy;
import dev.berth.scheduler.state.Deploy.Phase;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Share;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Deploys through whole passes of the loop, with agents and a router that do their part. */
class DeployTest {
  private static final BudgetChange NO_BUDGET = new BudgetChange(null, null, null);

  private TestCluster cluster = TestCluster.withNodes(2);

  @BeforeEach
  void fourRunOnTheFirstRelease() {
    cluster.deploy("web");
    cluster.scale("web", 4);
    cluster.run(Duration.ofSeconds(3));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.DONE);
  }

  @Test
  void aReleaseThatKeepsCrashingIsTakenBackWhole() {
    breakRelease(2);
    cluster.operator(new Command.ChangeConfig(TestCluster.SHOP, Map.of("MODE", "bad"), List.of()));

    cluster.run(Duration.ofSeconds(10));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.RETURNED);
    assertThat(deploy().standing().words()).contains("ends again and again");
    assertThat(cluster.shop().release().number()).isEqualTo(1);
    assertThat(cluster.shop().config()).isEmpty();
    assertThat(releases()).isEqualTo(Map.of(1, 4));
    assertThat(cluster.routed()).hasSize(4);

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(10));
    assertThat(releases()).isEqualTo(Map.of(3, 4));
  }

  @Test
  void aReleaseThatNeverBecomesHealthyIsTakenBackAtItsDeadline() {
    set(new PolicyChange(null, null, null, Duration.ofSeconds(20), null, null, null, null));
    cluster.agents().forEach(agent -> agent.staysStarting(2));
    cluster.deploy("web");

    cluster.run(Duration.ofSeconds(18));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.ROLLING);

    cluster.run(Duration.ofSeconds(8));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.RETURNED);
    assertThat(deploy().standing().words()).contains("not healthy after 20 s");
    assertThat(releases()).isEqualTo(Map.of(1, 4));
  }

  @Test
  void aFailedReleaseStaysWhereTheAppWantsIt() {
    set(new PolicyChange(null, null, null, null, null, null, null, true));
    breakRelease(2);

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(10));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.FAILED);
    assertThat(cluster.shop().release().number()).isEqualTo(2);
    assertThat(cluster.routed()).hasSize(4);
  }

  @Test
  void processTypesOfTheOldReleaseStayUntilTheNewOneStandsAndComeBackWithIt() {
    cluster.deploy("web", "worker");
    cluster.scale("worker", 2);
    cluster.run(Duration.ofSeconds(20));
    breakRelease(3);

    cluster.deploy("web", "clock");
    cluster.run(Duration.ofSeconds(1));
    assertThat(cluster.placements("worker")).hasSize(2);
    cluster.run(Duration.ofSeconds(10));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.RETURNED);
    assertThat(cluster.shop().formation()).containsOnlyKeys("web", "worker");
    assertThat(cluster.placements("worker")).hasSize(2);

    cluster.deploy("web", "clock");
    cluster.run(Duration.ofSeconds(10));
    assertThat(cluster.shop().formation()).containsOnlyKeys("web", "clock");
    assertThat(cluster.placements("worker")).isEmpty();
  }

  @Test
  void aCanaryReachesItsPartsOneByOneAndSoaksEach() {
    cluster.scale("web", 20);
    cluster.run(Duration.ofSeconds(5));
    set(canary(Duration.ofSeconds(20), false, 10, 50));

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(15));
    assertThat(releases()).isEqualTo(Map.of(1, 18, 2, 2));

    cluster.run(Duration.ofSeconds(20));
    assertThat(releases()).isEqualTo(Map.of(1, 10, 2, 10));

    cluster.run(Duration.ofSeconds(40));
    assertThat(releases()).isEqualTo(Map.of(2, 20));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.DONE);
  }

  @Test
  void aCanaryThatIsPromotedByHandWaitsForIt() {
    set(canary(Duration.ofSeconds(1), true, 25));

    cluster.deploy("web");
    cluster.run(Duration.ofMinutes(5));
    assertThat(releases()).isEqualTo(Map.of(1, 3, 2, 1));

    steer(DeploySteering.PROMOTE);
    cluster.run(Duration.ofSeconds(10));
    assertThat(releases()).isEqualTo(Map.of(2, 4));
  }

  @Test
  void aBrokenCanaryIsTakenBackAndNothingElseWasTouched() {
    List<Placement> before = cluster.placements("web");
    set(canary(Duration.ofSeconds(30), false, 25));
    breakRelease(2);

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(30));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.RETURNED);
    assertThat(cluster.placements("web")).isEqualTo(before);
  }

  @Test
  void pausedItReplacesNothingMoreAndResumedItGoesOn() {
    cluster.scale("web", 8);
    cluster.run(Duration.ofSeconds(3));
    cluster.deploy("web");
    cluster.pass(Duration.ofMillis(100));

    steer(DeploySteering.PAUSE);
    cluster.run(Duration.ofSeconds(30));
    assertThat(releases()).isEqualTo(Map.of(1, 6, 2, 2));

    cluster.scale("web", 9);
    cluster.run(Duration.ofSeconds(5));
    assertThat(cluster.routed()).hasSize(9);

    steer(DeploySteering.RESUME);
    cluster.run(Duration.ofSeconds(10));
    assertThat(releases()).isEqualTo(Map.of(2, 9));
  }

  @Test
  void abortedItGoesBack() {
    cluster.scale("web", 8);
    cluster.run(Duration.ofSeconds(3));
    cluster.deploy("web");
    cluster.pass(Duration.ofMillis(100));

    steer(DeploySteering.ABORT);
    cluster.run(Duration.ofSeconds(10));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.RETURNED);
    assertThat(releases()).isEqualTo(Map.of(1, 8));
    assertThat(refused(DeploySteering.ABORT)).isEqualTo(RefusalCode.NO_DEPLOY);
  }

  @Test
  void aDeployInTheMiddleOfAnotherGoesBackToWhatRanBeforeBoth() {
    cluster.scale("web", 8);
    cluster.run(Duration.ofSeconds(3));
    cluster.deploy("web");
    cluster.pass(Duration.ofMillis(100));
    breakRelease(3);

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(20));

    assertThat(deploy().from()).isEqualTo(1);
    assertThat(releases()).isEqualTo(Map.of(1, 8));
  }

  @Test
  void aReleaseCommandInTheMiddleOfTheFirstDeployTakesNothingAway() {
    cluster = TestCluster.withNodes(1);
    cluster.agents().forEach(agent -> agent.releasesEndWith(-1));
    cluster.deploy("web");
    cluster.pass(Duration.ofMillis(100));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.ROLLING);
    List<Placement> before = cluster.placements("web");

    cluster.deploy("web", "release");
    cluster.run(Duration.ofSeconds(10));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.RELEASING);
    assertThat(deploy().from()).isEqualTo(1);
    assertThat(cluster.placements("web")).isEqualTo(before).hasSize(1);
  }

  @Test
  void theReleaseCommandRunsOnceBeforeAnythingElse() {
    cluster.agents().forEach(agent -> agent.releasesEndWith(-1));
    cluster.deploy("web", "release");
    cluster.run(Duration.ofSeconds(10));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.RELEASING);
    assertThat(cluster.placements("release")).hasSize(1);
    assertThat(releases()).isEqualTo(Map.of(1, 4));

    cluster.agents().forEach(agent -> agent.releasesEndWith(0));
    cluster.run(Duration.ofSeconds(10));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.DONE);
    assertThat(releases()).isEqualTo(Map.of(2, 4));
    assertThat(cluster.placements("release")).isEmpty();
    assertThat(cluster.shop().formation()).containsOnlyKeys("web");
  }

  @Test
  void aFailedReleaseCommandStopsTheRelease() {
    List<Placement> before = cluster.placements("web");
    cluster.agents().forEach(agent -> agent.releasesEndWith(3));

    cluster.deploy("web", "release");
    cluster.run(Duration.ofSeconds(10));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.RETURNED);
    assertThat(deploy().standing().words()).contains("release command ended with 3");
    assertThat(cluster.placements("web")).isEqualTo(before);
    assertThat(cluster.placements("release")).isEmpty();
  }

  @Test
  void aFailedReleaseCommandOfTheFirstReleaseStartsNothing() {
    cluster = TestCluster.withNodes(1);
    cluster.agents().forEach(agent -> agent.releasesEndWith(1));

    cluster.deploy("web", "release");
    cluster.run(Duration.ofSeconds(10));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.FAILED);
    assertThat(cluster.shop().isDeployed()).isFalse();
    assertThat(cluster.placements("web")).isEmpty();

    cluster.agents().forEach(agent -> agent.releasesEndWith(0));
    cluster.deploy("web", "release");
    cluster.run(Duration.ofSeconds(10));
    assertThat(releases()).isEqualTo(Map.of(2, 1));
  }

  @Test
  void aReleaseCommandWhoseNodeIsLostIsNotRunAgain() {
    cluster = TestCluster.withNodes(2);
    cluster.run(Duration.ofSeconds(61));
    cluster.agents().forEach(agent -> agent.releasesEndWith(-1));
    cluster.deploy("web", "release");
    cluster.run(Duration.ofSeconds(2));
    Placement ran = cluster.placements("release").getFirst();

    cluster.agent(ran.node().name()).fallSilent();
    cluster.run(Duration.ofSeconds(90));

    assertThat(deploy().standing().phase()).isEqualTo(Phase.FAILED);
    assertThat(deploy().standing().words()).contains("was lost");
    assertThat(cluster.placements("release")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1,0,9", "4,0,12", "0,2,8", "2,1,10"})
  void surgeAndUnavailableBoundHowManyRun(int surge, int unavailable, int most) {
    cluster.scale("web", 8);
    cluster.run(Duration.ofSeconds(3));
    set(
        new PolicyChange(
            Share.number(surge), Share.number(unavailable), null, null, null, null, null, null));

    cluster.deploy("web");
    int highest = 0;
    for (int pass = 0; pass < 120; pass++) {
      cluster.pass(Duration.ofMillis(100));
      highest = Math.max(highest, releases().values().stream().mapToInt(it -> it).sum());
      assertThat(cluster.routed()).hasSizeGreaterThanOrEqualTo(8 - unavailable);
    }

    assertThat(highest).isEqualTo(most);
    assertThat(releases()).isEqualTo(Map.of(2, 8));
  }

  @Test
  void aNewLeaderStopsNothingFirstBeforeItKnowsWhatRoutersServe() {
    set(new PolicyChange(Share.number(0), Share.number(1), null, null, null, null, null, null));

    TestCluster after = cluster.takenOver();
    after.agents().forEach(after::reconnect);
    after.run(Duration.ofSeconds(2));
    after.deploy("web"); // and no router has called yet
    after.run(Duration.ofSeconds(10));

    assertThat(after.placements("web"))
        .allMatch(it -> it.isWanted() && it.wanted().release() == 1)
        .hasSize(4);
  }

  @Test
  void aNewInstanceCountsOnlyOnceItWasHealthyForLongEnough() {
    set(new PolicyChange(null, null, Duration.ofSeconds(10), null, null, null, null, null));

    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(8));
    assertThat(releases()).isEqualTo(Map.of(1, 4, 2, 1));

    cluster.run(Duration.ofSeconds(70));
    assertThat(releases()).isEqualTo(Map.of(2, 4));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "5", "8", "13"})
  void aSchedulerThatTakesOverGoesOnWhereTheLastOneWas(int passes) {
    breakRelease(3);
    set(canary(Duration.ofSeconds(5), false, 50));
    cluster.deploy("web", "release");
    for (int pass = 0; pass < passes; pass++) {
      cluster.pass(Duration.ofMillis(400));
    }

    TestCluster after = cluster.takenOver();
    after.connectRouter();
    after.agents().forEach(after::reconnect);
    after.run(Duration.ofSeconds(60));
    cluster = after;

    assertThat(releases()).isEqualTo(Map.of(2, 4));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.DONE);

    after.deploy("web", "release");
    for (int pass = 0; pass < passes; pass++) {
      after.pass(Duration.ofMillis(400));
    }
    cluster = after.takenOver();
    cluster.connectRouter();
    cluster.agents().forEach(cluster::reconnect);
    cluster.run(Duration.ofSeconds(60));
    assertThat(releases()).isEqualTo(Map.of(2, 4));
    assertThat(deploy().standing().phase()).isEqualTo(Phase.RETURNED);
  }

  private void breakRelease(int release) {
    cluster.agents().forEach(agent -> agent.breakRelease(release));
  }

  private static PolicyChange canary(Duration soak, boolean byHand, Integer... parts) {
    return new PolicyChange(null, null, null, null, List.of(parts), soak, byHand, null);
  }

  private void set(PolicyChange change) {
    assertThat(cluster.operator(new Command.SetRollout(TestCluster.SHOP, change, NO_BUDGET)))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private void steer(DeploySteering steering) {
    assertThat(cluster.operator(new Command.SteerDeploy(TestCluster.SHOP, steering)))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private @Nullable RefusalCode refused(DeploySteering steering) {
    return cluster.operator(new Command.SteerDeploy(TestCluster.SHOP, steering))
            instanceof Outcome.Refused refused
        ? refused.code()
        : null;
  }

  private Deploy deploy() {
    return Objects.requireNonNull(cluster.shop().turnover().deploy());
  }

  /** How many wanted web instances there are of each release. */
  private Map<Integer, Integer> releases() {
    var releases = new TreeMap<Integer, Integer>();
    for (Placement placement : cluster.placements("web")) {
      if (placement.isWanted()) {
        releases.merge(placement.wanted().release(), 1, Integer::sum);
      }
    }
    return releases;
  }
}

package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.campaign.Prefetch;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Campaign;
import dev.berth.scheduler.state.Campaign.Phase;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Command.RingAsked;
import dev.berth.scheduler.state.Command.Steering;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Campaigns through whole passes of the loop, with agents and a router that do their part. */
class CampaignTest {
  private static final String LINE = "debian-12";
  private static final Digest PATCHED = new Digest("2".repeat(64));
  private static final RingAsked ALL = new RingAsked(List.of(), 100);

  private TestCluster cluster = TestCluster.withNodes(3);

  @Test
  void movesEveryAppOfEveryTenantAndNoneIsEverShortOfAnInstance() {
    List<AppId> apps = deploy(6, 2);
    publish();

    roll(0, List.of(), Duration.ofSeconds(2));
    runUntilOver(apps, 2);

    assertThat(campaign().standing().phase()).isEqualTo(Phase.DONE);
    assertThat(apps).allSatisfy(app -> assertThat(versions(app)).containsOnly(2).hasSize(2));
  }

  @Test
  void noInstanceMovesBeforeEveryNodeThatNeedsTheImageHoldsIt() {
    List<AppId> apps = deploy(6, 2);
    publishUnfetched();

    roll(0, List.of(ALL), Duration.ZERO);
    cluster.run(Duration.ofSeconds(30));
    assertThat(campaign().standing().phase()).isEqualTo(Phase.PREFETCHING);
    assertThat(moved(apps)).isZero();
    assertThat(prefetch().lacking()).hasSize(3);

    cluster.offer(cluster.agent("node-1").holds("", PATCHED));
    cluster.offer(cluster.agent("node-2").holds("", PATCHED));
    cluster.offer(cluster.agent("node-3").holds("no scheduler answers"));
    cluster.run(Duration.ofSeconds(30));
    assertThat(moved(apps)).isZero();
    assertThat(prefetch().lacking())
        .containsExactly(new Prefetch.Lacking(new NodeId("node-3"), "no scheduler answers"));

    cluster.offer(cluster.agent("node-3").holds("", PATCHED));
    runUntilOver(apps, 2);
    assertThat(campaign().standing().phase()).isEqualTo(Phase.DONE);
  }

  @Test
  void aNodeThatNeverGetsTheImageHoldsUpACampaignForTenMinutesAndOneThatIsGoneNotAtAll() {
    List<AppId> apps = deploy(6, 2);
    publish();
    cluster.offer(cluster.agent("node-1").holds("the disk is full"));

    roll(0, List.of(ALL), Duration.ZERO);
    cluster.run(Duration.ofMinutes(9));
    assertThat(moved(apps)).isZero();
    cluster.run(Duration.ofSeconds(90));
    assertThat(moved(apps)).isEqualTo(6);
  }

  @Test
  void eachNodeIsToldToHoldWhereTheCampaignLeadsAndWhereItWouldGoBackTo() {
    deploy(6, 2);
    publishUnfetched();
    assertThat(wanted()).isEmpty();

    roll(0, List.of(ALL), Duration.ZERO);
    cluster.run(Duration.ofSeconds(1));
    assertThat(wanted()).hasSize(3);
    assertThat(wanted().get(new NodeId("node-1"))).hasSize(2).startsWith(PATCHED);

    steer(Steering.ROLL_BACK);
    cluster.run(Duration.ofSeconds(10));
    assertThat(wanted()).as("it is over").isEmpty();
  }

  private Map<NodeId, List<Digest>> wanted() {
    return Prefetch.wanted(cluster.state(), cluster.snapshot().actual());
  }

  private Prefetch prefetch() {
    return Prefetch.of(campaign(), cluster.state(), cluster.snapshot().actual());
  }

  @Test
  void theRingsFollowEachOtherAndEachSoaks() {
    List<AppId> apps = deploy(10, 1);
    publish();

    roll(0, List.of(named("shop"), share(50)), Duration.ofSeconds(10));
    cluster.run(Duration.ofSeconds(9));
    assertThat(moved(apps)).isEqualTo(1);
    assertThat(versions(TestCluster.SHOP_ID)).containsOnly(2);

    cluster.run(Duration.ofSeconds(8));
    assertThat(moved(apps)).isEqualTo(5);

    cluster.run(Duration.ofSeconds(30));
    assertThat(moved(apps)).isEqualTo(10);
    assertThat(campaign().standing().phase()).isEqualTo(Phase.DONE);
  }

  @Test
  void aBaseThatBreaksAnAppOfTheFirstRingIsTakenBackAndWithdrawn() {
    List<AppId> apps = deploy(4, 2);
    publish();
    breakOn(2, TestCluster.SHOP_ID);

    roll(0, List.of(named("shop", "app-1"), ALL), Duration.ofSeconds(5));
    runUntilOver(apps, 2);

    assertThat(campaign().standing().phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(campaign().standing().words()).contains("acme/shop").contains("first ring");
    assertThat(apps).allSatisfy(app -> assertThat(versions(app)).containsOnly(1).hasSize(2));
    assertThat(line(2)).isTrue();

    cluster.deploy("web");
    assertThat(cluster.shop().release().baseVersion()).isEqualTo(1);
  }

  @Test
  void anAppOfTheFirstRingThatAnswers500OnTheNewBaseTakesTheCampaignBack() {
    List<AppId> apps = deploy(4, 2);
    publish();

    roll(0, List.of(named("shop"), ALL), Duration.ofMinutes(1));
    cluster.run(Duration.ofSeconds(10));
    assertThat(versions(TestCluster.SHOP_ID)).containsOnly(2);
    tell(List.of(traffic(TestCluster.SHOP_ID, 1, 900, 0), traffic(TestCluster.SHOP_ID, 2, 60, 40)));
    runUntilOver(apps, 2);

    assertThat(campaign().standing().phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(campaign().standing().words())
        .contains("acme/shop broke in the first ring")
        .contains("40 of 60 requests, before 0 of 900");
    assertThat(apps).allSatisfy(app -> assertThat(versions(app)).containsOnly(1).hasSize(2));
  }

  @Test
  void anAppThatAlwaysAnswered500HoldsUpNobody() {
    List<AppId> apps = deploy(2, 1);
    publish();
    tell(
        List.of(
            traffic(TestCluster.SHOP_ID, 1, 900, 900), traffic(TestCluster.SHOP_ID, 2, 900, 900)));

    roll(0, List.of(named("shop"), ALL), Duration.ofSeconds(2));
    runUntilOver(apps, 1);

    assertThat(campaign().standing().phase()).isEqualTo(Phase.DONE);
  }

  @Test
  void manyAppsThatAreEachALittleWorseTogetherHaltIt() {
    List<AppId> apps = deploy(10, 1);
    publish();

    roll(0, List.of(share(50), ALL), Duration.ofMinutes(1));
    cluster.run(Duration.ofSeconds(10));
    var rows = new ArrayList<Map.Entry<AppId, Signals.Row>>();
    for (AppId app : apps) {
      rows.add(traffic(app, 1, 18, 0));
      rows.add(traffic(app, 2, 18, 3)); // too few for any one of them
    }
    tell(rows);
    cluster.run(Duration.ofSeconds(5));

    assertThat(campaign().standing().phase()).isEqualTo(Phase.ROLLING_BACK);
    assertThat(campaign().standing().words()).contains("moved apps together: 5xx or no answer");
  }

  private void tell(List<Map.Entry<AppId, Signals.Row>> rows) {
    Map<AppId, List<Signals.Row>> apps =
        rows.stream()
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    cluster.offer(new Event.SignalsTold(new Signals(cluster.now(), cluster.now(), Map.of(), apps)));
  }

  private static Map.Entry<AppId, Signals.Row> traffic(
      AppId app, int base, int requests, int failed) {
    long[] latency = new long[Traffic.BUCKETS];
    latency[4] = requests;
    return Map.entry(
        app, new Signals.Row("web", 1, base, Traffic.NONE, new Traffic(failed, 0, latency)));
  }

  @Test
  void appsThatBreakLaterAreMovedBackAndHaltIt() {
    List<AppId> apps = deploy(10, 1);
    publish();
    breakOn(2, id("app-2"));
    breakOn(2, id("app-3"));

    roll(0, List.of(named("shop"), ALL), Duration.ZERO);
    cluster.run(Duration.ofSeconds(60));

    assertThat(campaign().standing().phase()).isEqualTo(Phase.HALTED);
    assertThat(versions(id("app-2"))).containsOnly(1);
    assertThat(versions(id("app-3"))).containsOnly(1);
    assertThat(cluster.routed(id("app-2"))).containsExactly("web.1");

    steer(Steering.ROLL_BACK);
    runUntilOver(apps, 1);
    assertThat(campaign().standing().phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(moved(apps)).isZero();
  }

  @Test
  void oneBrokenAppOfManyIsLeftBehindAndTheOthersGoOn() {
    List<AppId> apps = deploy(10, 1);
    publish();
    breakOn(2, id("app-2"));

    roll(0, List.of(named("shop"), ALL), Duration.ZERO);
    runUntilOver(apps, 1);

    assertThat(campaign().standing().phase()).isEqualTo(Phase.DONE);
    assertThat(versions(id("app-2"))).containsOnly(1);
    assertThat(moved(apps)).isEqualTo(9);
  }

  @Test
  void anAppThatRanOnNeitherVersionHoldsUpNobody() {
    deploy(3, 1);
    for (TestAgent agent : cluster.agents()) {
      agent.breakThose(placement -> placement.instance().app().equals(id("app-1")));
      for (Placement placement : cluster.state().placements().on(agent.id())) {
        if (placement.instance().app().equals(id("app-1"))) {
          agent.crash(placement.id(), cluster.now());
        }
      }
    }
    cluster.run(Duration.ofSeconds(10));
    publish();

    roll(0, List.of(named("app-1"), ALL), Duration.ZERO);
    cluster.run(Duration.ofMinutes(11));

    assertThat(campaign().standing().phase()).isEqualTo(Phase.DONE);
  }

  @Test
  void haltedItMovesNoFurtherAppAndResumedItGoesOn() {
    List<AppId> apps = deploy(8, 1);
    publish();

    roll(0, List.of(share(50)), Duration.ofSeconds(5));
    cluster.run(Duration.ofSeconds(3));
    steer(Steering.HALT);
    cluster.run(Duration.ofSeconds(60));
    assertThat(moved(apps)).isEqualTo(4);

    steer(Steering.RESUME);
    runUntilOver(apps, 1);
    assertThat(moved(apps)).isEqualTo(8);
  }

  @Test
  void aPinKeepsItAwayUntilItEndsAndAnOverrideDoesNotAsk() {
    List<AppId> apps = deploy(2, 1);
    cluster.operator(new Command.PinBase(TestCluster.SHOP, Duration.ofDays(1)));
    publish();

    roll(0, List.of(ALL), Duration.ZERO);
    runUntilOver(apps, 1);
    assertThat(versions(TestCluster.SHOP_ID)).containsOnly(1);
    cluster.deploy("web");
    cluster.run(Duration.ofSeconds(5));
    assertThat(versions(TestCluster.SHOP_ID))
        .as("a deploy keeps the pinned version")
        .containsOnly(1);

    assertThat(cluster.operator(new Command.RollBase(LINE, 0, List.of(ALL), Duration.ZERO, true)))
        .as("an override without a reason")
        .isInstanceOf(Outcome.Refused.class);
    cluster.operator(
        new Command.RollBase(LINE, 0, List.of(ALL), Duration.ZERO, true), "CVE-2014-0160");
    runUntilOver(apps, 1);
    assertThat(versions(TestCluster.SHOP_ID)).containsOnly(2);
  }

  @Test
  void noMoreReplacementsAreOpenThanTheNodesBear() {
    cluster = TestCluster.withNodes(1);
    List<AppId> apps = deploy(30, 1);
    publish();
    cluster.agents().forEach(agent -> agent.breakThose(it -> it.wanted().baseVersion() == 2));

    roll(0, List.of(ALL), Duration.ZERO);
    int most = 0;
    for (int second = 0; second < 4; second++) {
      cluster.pass(Duration.ofSeconds(1));
      most = Math.max(most, moved(apps));
    }

    assertThat(most).isEqualTo(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void aNewLeaderGoesOnWhereTheLastOneStopped(int pass) {
    List<AppId> apps = deploy(4, 2);
    publish();
    roll(0, List.of(named("shop"), ALL), Duration.ofSeconds(1));
    for (int at = 0; at < pass; at++) {
      cluster.pass(Duration.ofMillis(500));
    }

    cluster = cluster.takenOver();
    cluster.connectRouter();
    cluster.agents().forEach(cluster::reconnect);
    runUntilOver(apps, 2);

    assertThat(campaign().standing().phase()).isEqualTo(Phase.DONE);
    assertThat(apps).allSatisfy(app -> assertThat(versions(app)).containsOnly(2).hasSize(2));
  }

  @Test
  void twoCampaignsOfALineAreNeverUnderWay() {
    deploy(2, 1);
    publish();
    roll(0, List.of(ALL), Duration.ofMinutes(1));

    assertThat(cluster.operator(new Command.RollBase(LINE, 1, List.of(), Duration.ZERO, false)))
        .isInstanceOf(Outcome.Refused.class);
  }

  private List<AppId> deploy(int apps, int count) {
    var ids = new ArrayList<AppId>();
    for (int number = 0; number < apps; number++) {
      var name = number == 0 ? TestCluster.SHOP : new AppName("acme", "app-" + number);
      if (number > 0) {
        cluster.operator(new Command.CreateApp(name, ""));
      }
      cluster.deploy(name, "web");
      cluster.scale(name, "web", count);
      ids.add(AppId.of(name.tenant(), name.app()));
    }
    cluster.run(Duration.ofSeconds(5));
    return ids;
  }

  /** And every node has fetched it when it is rolled. */
  private void publish() {
    publishUnfetched();
    cluster.agents().forEach(agent -> cluster.offer(agent.holds("", PATCHED)));
    cluster.pass(Duration.ZERO);
  }

  private void publishUnfetched() {
    cluster.operator(new Command.PublishBase(LINE, PATCHED, 1, "patched"));
  }

  private void roll(int to, List<RingAsked> rings, Duration soak) {
    assertThat(cluster.operator(new Command.RollBase(LINE, to, rings, soak, false)))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private void steer(Steering steering) {
    assertThat(cluster.operator(new Command.SteerCampaign(LINE, 0, steering)))
        .isInstanceOf(Outcome.Accepted.class);
  }

  private static RingAsked named(String... apps) {
    return new RingAsked(List.of(apps).stream().map(it -> new AppName("acme", it)).toList(), 0);
  }

  private static RingAsked share(int percent) {
    return new RingAsked(List.of(), percent);
  }

  private static AppId id(String app) {
    return AppId.of("acme", app);
  }

  private void breakOn(int version, AppId app) {
    for (TestAgent agent : cluster.agents()) {
      agent.breakThose(
          it -> it.instance().app().equals(app) && it.wanted().baseVersion() == version);
    }
  }

  /** Each app keeps at least so many routed instances in every pass. */
  private void runUntilOver(List<AppId> apps, int count) {
    Duration step = Duration.ofMillis(500);
    for (int pass = 0; pass < 400 && !campaign().isOver(); pass++) {
      cluster.pass(step);
      if (cluster.snapshot().routesReady()) {
        for (AppId app : apps) {
          assertThat(cluster.routed(app)).as(app.toString()).hasSizeGreaterThanOrEqualTo(count);
        }
      }
    }
    assertThat(campaign().isOver()).isTrue();
    cluster.run(Duration.ofSeconds(20));
  }

  private Campaign campaign() {
    return cluster.state().campaigns().lastEntry().getValue();
  }

  private boolean line(int version) {
    return cluster.state().base(LINE, version).orElseThrow().isWithdrawn();
  }

  private int moved(List<AppId> apps) {
    return (int)
        apps.stream()
            .map(app -> cluster.state().app(app).orElseThrow())
            .map(App::release)
            .filter(release -> release.baseVersion() == 2)
            .count();
  }

  private List<Integer> versions(AppId app) {
    return cluster.state().placements().of(new ProcessTypeId(app, "web")).stream()
        .map(Placement::wanted)
        .map(Placement.Wanted::baseVersion)
        .toList();
  }
}

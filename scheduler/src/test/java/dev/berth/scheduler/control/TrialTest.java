package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.garbage.Garbage;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.AppName;
import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.RefusalCode;
import dev.berth.scheduler.state.Shadow;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.state.Trial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Trials of a base through whole passes of the loop, with agents that do their part. */
class TrialTest {
  private static final String NEXT = "debian-13";
  private static final Duration A_WHILE = Duration.ofSeconds(60);

  private TestCluster cluster = TestCluster.withNodes(3);

  @Test
  void eachAppIsTriedOnTheOtherLineAndNothingOfItChanges() {
    List<AppId> apps = deploy(5);
    App before = cluster.shop();

    begin(List.of(), 10, false);
    cluster.pass(Duration.ofSeconds(1));
    assertThat(shadows()).hasSize(5).allSatisfy(TrialTest::isOnNext);
    cluster.run(A_WHILE);

    assertThat(trial().standing().phase()).isEqualTo(Trial.Phase.DONE);
    assertThat(trial().standing().words()).isEqualTo("5 healthy");
    assertThat(apps)
        .allSatisfy(app -> assertThat(outcome(app, "web")).isEqualTo(Shadow.Outcome.HEALTHY));
    assertThat(shadows()).as("gone at the end").isEmpty();
    assertThat(cluster.shop().version()).isEqualTo(before.version());
    assertThat(cluster.shop().release()).isEqualTo(before.release());
    assertThat(cluster.shop().baseLine()).isEqualTo("debian-12");
  }

  @Test
  void noRouteEverLeadsToAShadowInstance() {
    deploy(3);

    begin(List.of(), 10, true);
    for (int second = 0; second < 20; second++) {
      cluster.pass(Duration.ofSeconds(1));
      assertThat(cluster.routed()).containsExactly("web.1");
    }
  }

  @Test
  void anAppThatBreaksIsNamedWithTheEndOfItsShadowInstance() {
    List<AppId> apps = deploy(4);
    breakOnNext(apps.get(2));

    begin(List.of(), 10, false);
    cluster.run(A_WHILE);

    assertThat(trial().standing().words()).isEqualTo("3 healthy, 1 broken");
    assertThat(tried(apps.get(2), "web").words()).contains("code 1").contains("libssl");
    assertThat(cluster.snapshot().history().values())
        .filteredOn(it -> it.kind().equals("app.base-tried"))
        .extracting(HistoryEvent::message)
        .singleElement()
        .asString()
        .contains("trial t1: web is broken on base debian-13 v1");
  }

  @Test
  void whatDoesNotRunAnywayIsNotSaidToBreakForTheBase() {
    List<AppId> apps = deploy(2);
    cluster
        .agents()
        .forEach(agent -> agent.breakThose(it -> it.instance().app().equals(apps.get(1))));
    cluster
        .agents()
        .forEach(agent -> {
          agent.loseEverything();
          cluster.reconnect(agent);
        });
    cluster.run(Duration.ofSeconds(20));

    begin(List.of(), 10, false);
    cluster.run(A_WHILE);

    assertThat(tried(apps.get(1), "web").words()).contains("nor does it run on base debian-12 v1");
  }

  @Test
  void noMoreShadowInstancesThanAllowedAreThereAtATime() {
    deploy(9);

    begin(List.of(), 2, false);
    int most = 0;
    for (int second = 0; second < 90; second++) {
      cluster.pass(Duration.ofSeconds(1));
      most = Math.max(most, (int) shadows().stream().filter(Placement::isWanted).count());
    }

    assertThat(most).isEqualTo(2);
    assertThat(trial().standing().words()).isEqualTo("9 healthy");
  }

  @Test
  void workersAreTriedOnlyWhereThatIsAskedFor() {
    cluster.operator(new Command.PublishBase(NEXT, digest(3), 1, ""));
    cluster.deploy("web", "worker");
    cluster.scale("worker", 2);
    cluster.run(Duration.ofSeconds(10));

    begin(List.of(), 10, false);
    cluster.run(Duration.ofSeconds(20));
    assertThat(shadow(TestCluster.SHOP_ID).types()).containsOnlyKeys("web");

    begin(List.of(), 10, true);
    cluster.run(Duration.ofSeconds(20));
    assertThat(shadow(TestCluster.SHOP_ID).types()).containsOnlyKeys("web", "worker");
  }

  @Test
  void anInstanceThatFindsNoRoomInTimeIsToldAsSuchAndPushesNobodyAside() {
    cluster = TestCluster.withNodes(0);
    cluster.connect("node-1", new Capacity(300, 2000, 8192, 65_536));
    deploy(1);

    begin(List.of(), 10, false);
    cluster.run(Duration.ofSeconds(60));

    assertThat(outcome(TestCluster.SHOP_ID, "web")).isEqualTo(Shadow.Outcome.NO_ROOM);
    assertThat(cluster.placements("web")).singleElement().matches(Placement::isWanted);
  }

  @Test
  void oneThatRunsAndNeverBecomesHealthyIsToldAsSuch() {
    deploy(1);
    cluster.agents().forEach(agent -> agent.staysStarting(1));

    begin(List.of(), 10, false);
    cluster.run(Duration.ofSeconds(60));

    assertThat(outcome(TestCluster.SHOP_ID, "web")).isEqualTo(Shadow.Outcome.NOT_HEALTHY);
  }

  @Test
  void aTrialCountsToNoQuotaAndNoBudget() {
    deploy(1);
    cluster.operator(new Command.SetQuota("acme", new Quota(1, 512, 10)));
    long before = cluster.state().use(new TenantId("acme")).instances();

    begin(List.of(), 10, false);
    cluster.pass(Duration.ofSeconds(1));

    assertThat(shadows()).hasSize(1);
    assertThat(cluster.state().use(new TenantId("acme")).instances()).isEqualTo(before);
  }

  @Test
  void aHaltEndsItAndLeavesNoInstanceBehind() {
    deploy(6);
    begin(List.of(), 3, false);
    cluster.pass(Duration.ofSeconds(1));
    assertThat(shadows()).hasSize(3);

    cluster.operator(new Command.HaltTrial(NEXT, 0));
    cluster.run(Duration.ofSeconds(10));

    assertThat(trial().standing().phase()).isEqualTo(Trial.Phase.HALTED);
    assertThat(shadows()).isEmpty();
    cluster.run(A_WHILE);
    assertThat(shadows()).isEmpty();
  }

  @Test
  void anotherLeaderGoesOnWithIt() {
    deploy(6);
    begin(List.of(), 2, false);
    cluster.run(Duration.ofSeconds(3));

    cluster = cluster.takenOver();
    cluster.connectRouter();
    List.copyOf(cluster.agents()).forEach(cluster::reconnect);
    int most = 0;
    for (int second = 0; second < 90; second++) {
      cluster.pass(Duration.ofSeconds(1));
      most = Math.max(most, (int) shadows().stream().filter(Placement::isWanted).count());
    }

    assertThat(most).isLessThanOrEqualTo(2);
    assertThat(trial().standing().words()).isEqualTo("6 healthy");
  }

  @Test
  void anAppThatIsDestroyedOrDeployedInTheMiddleHoldsNothingUp() {
    List<AppId> apps = deploy(3);
    begin(List.of(), 10, false);
    cluster.pass(Duration.ofSeconds(1));

    cluster.operator(new Command.DestroyApp(name(apps.get(1))));
    cluster.deploy(name(apps.get(2)), "web");
    cluster.run(A_WHILE);

    assertThat(trial().standing().phase()).isEqualTo(Trial.Phase.DONE);
    assertThat(cluster.state().app(apps.get(1))).isEmpty();
    assertThat(outcome(apps.get(2), "web")).isEqualTo(Shadow.Outcome.HEALTHY);
    assertThat(app(apps.get(2)).release().number()).isEqualTo(2);
  }

  @Test
  void aDrainedOrLostNodeIsNoFaultOfTheBase() {
    deploy(3);
    begin(List.of(), 10, false);
    cluster.pass(Duration.ofSeconds(1));
    Placement shadow = shadows().getFirst();

    cluster.operator(new Command.DrainNode(shadow.node().name(), Duration.ZERO));
    cluster.run(A_WHILE);

    assertThat(trial().standing().words()).isEqualTo("3 healthy");
    assertThat(cluster.state().placements().on(shadow.node())).isEmpty();
  }

  @Test
  void theImageOfATrialIsKeptAsLongAsItLasts() {
    deploy(1);
    begin(List.of(), 10, false);
    for (int version = 2; version < 8; version++) {
      cluster.operator(new Command.PublishBase(NEXT, digest(20 + version), 1, ""));
    }
    var tried = new Garbage.Version(NEXT, 1);

    assertThat(Garbage.of(cluster.state()).bases()).doesNotContain(tried);
    cluster.operator(new Command.HaltTrial(NEXT, 0));
    cluster.run(Duration.ofSeconds(10));
    assertThat(Garbage.of(cluster.state()).bases()).contains(tried);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    deploy(2);

    assertThat(refusal(asked("debian-99", List.of(), 10, 60)))
        .isEqualTo(RefusalCode.BASE_NOT_FOUND);
    assertThat(refusal(asked(NEXT, List.of(new AppName("acme", "no")), 10, 60)))
        .isEqualTo(RefusalCode.INVALID_TRIAL);
    assertThat(refusal(asked(NEXT, List.of(), 1001, 60))).isEqualTo(RefusalCode.INVALID_TRIAL);
    assertThat(refusal(asked(NEXT, List.of(), 10, 9))).isEqualTo(RefusalCode.INVALID_TRIAL);
    assertThat(refusal(new Command.HaltTrial(NEXT, 0))).isEqualTo(RefusalCode.TRIAL_NOT_FOUND);
    assertThat(
            cluster.ask(asked(NEXT, List.of(), 10, 60), new Caller.OfTenant(new TenantId("acme"))))
        .isInstanceOf(Outcome.Refused.class);

    begin(List.of(), 10, false);
    assertThat(refusal(asked(NEXT, List.of(), 10, 60))).isEqualTo(RefusalCode.TRIAL_EXISTS);
  }

  private static void isOnNext(Placement placement) {
    assertThat(placement.wanted().baseLine()).isEqualTo(NEXT);
  }

  private RefusalCode refusal(Command command) {
    return ((Outcome.Refused) cluster.operator(command)).code();
  }

  /** Apps of one web instance each, the shop first, and the other base line. */
  private List<AppId> deploy(int apps) {
    cluster.operator(new Command.PublishBase(NEXT, digest(3), 1, ""));
    var ids = new ArrayList<AppId>();
    cluster.deploy("web");
    ids.add(TestCluster.SHOP_ID);
    for (int number = 1; number < apps; number++) {
      var name = new AppName("acme", "app-" + number);
      cluster.operator(new Command.CreateApp(name, ""));
      cluster.deploy(name, "web");
      ids.add(AppId.of(name.tenant(), name.app()));
    }
    cluster.run(Duration.ofSeconds(10));
    return ids;
  }

  private static Digest digest(int number) {
    return new Digest("%064x".formatted(number));
  }

  private void breakOnNext(AppId app) {
    cluster
        .agents()
        .forEach(agent ->
            agent.breakThose(
                it -> it.instance().app().equals(app) && it.wanted().baseLine().equals(NEXT)));
  }

  private void begin(List<AppName> apps, int atATime, boolean allTypes) {
    var pace = new Command.TrialPace(atATime, Duration.ofSeconds(30));
    Outcome outcome = cluster.operator(new Command.TryBase(NEXT, 0, apps, "", pace, allTypes));
    assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
  }

  private static Command asked(String line, List<AppName> apps, int atATime, int seconds) {
    var pace = new Command.TrialPace(atATime, Duration.ofSeconds(seconds));
    return new Command.TryBase(line, 0, apps, "", pace, false);
  }

  private Trial trial() {
    return cluster.state().upkeep().trials().lastEntry().getValue();
  }

  private List<Placement> shadows() {
    return cluster.state().placements().byId().values().stream()
        .filter(it -> it.instance().type().isShadow())
        .toList();
  }

  private App app(AppId id) {
    return cluster.state().app(id).orElseThrow();
  }

  private static AppName name(AppId id) {
    return new AppName(id.tenant().name(), id.name());
  }

  private Shadow shadow(AppId app) {
    return Objects.requireNonNull(app(app).baseCourse().shadow());
  }

  private Shadow.Tried tried(AppId app, String type) {
    return Objects.requireNonNull(shadow(app).types().get(type));
  }

  private Shadow.Outcome outcome(AppId app, String type) {
    return tried(app, type).outcome();
  }
}

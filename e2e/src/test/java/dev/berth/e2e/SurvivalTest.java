package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.bench.load.LoadReport;
import dev.berth.bench.load.SteadyLoad;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.ListAppsRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@Tag("cluster")
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SurvivalTest {
  private static final String SHOP = "acme/shop";
  private static final int RATE = 300;

  private static Stage<ThrowawayCluster> stage;

  @BeforeAll
  static void oneAppWithThreeInstances() {
    stage = Stage.withOneNode();
    stage.cluster.publishBase("busybox");
    stage.createTenant("acme");
    stage.createAppOnBusybox(SHOP);
    stage.deploy(SHOP, Stage.testApp("quick"));
  }

  @AfterAll
  static void takeDown() {
    if (stage != null) {
      stage.close();
    }
  }

  @BeforeEach
  void threeInstancesAnswer() {
    stage.scale(SHOP, "web", 3);
    stage.deadline.until("an answer", Stage.SOON, () -> stage.get(SHOP, "/").status() == 200);
  }

  /** The last: a new leader waits for the routers before it stops anything. */
  @Test
  @Order(Integer.MAX_VALUE)
  void aKilledSchedulerCostsNoRequestNoContainerAndNoState() throws Exception {
    List<Long> containers = stage.cluster.processes().ofApp(SHOP);
    List<App> apps = apps();
    SteadyLoad load = startLoad();

    long killed = stage.cluster.kill("scheduler");
    stage.deadline.until("another scheduler", Stage.SOON, () -> isReplaced("scheduler", killed));
    awaitReports();

    assertThat(apps()).isEqualTo(apps);
    assertThat(stage.cluster.processes().ofApp(SHOP)).hasSize(3).isEqualTo(containers);
    stage.scale(SHOP, "web", 4);
    awaitMore(load, RATE);
    LoadReport report = load.stop();
    assertThat(report.failures()).as(report.toString()).isEmpty();
    assertThat(stage.cluster.processes().ofApp(SHOP)).hasSize(4).containsAll(containers);
  }

  @Test
  void aKilledAgentCostsNoRequestAndItsContainersAreAdopted() throws Exception {
    List<Long> containers = stage.cluster.processes().ofApp(SHOP);
    List<Integer> incarnations = incarnations();
    SteadyLoad load = startLoad();

    long killed = stage.cluster.kill("node-1");
    stage.deadline.until("another agent", Stage.SOON, () -> isReplaced("node-1", killed));
    awaitReports();

    assertThat(stage.cluster.processes().ofApp(SHOP)).hasSize(3).isEqualTo(containers);
    assertThat(incarnations()).isEqualTo(incarnations);
    stage.scale(SHOP, "web", 4);
    awaitMore(load, RATE);
    LoadReport report = load.stop();
    assertThat(report.failures()).as(report.toString()).isEmpty();
    assertThat(stage.cluster.processes().ofApp(SHOP)).hasSize(4).containsAll(containers);
  }

  @Test
  void anInstanceThatDiedWhileItsAgentWasAwayIsStartedAgain() {
    long pid = stage.cluster.processes().first(SHOP, "web.2").orElseThrow();
    long killed = stage.cluster.kill("node-1");

    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    stage.deadline.until("another agent", Stage.SOON, () -> isReplaced("node-1", killed));
    stage.deadline.until(
        "web.2 again",
        Stage.SOON,
        () -> stage.cluster.processes().first(SHOP, "web.2").filter(now -> now != pid).isPresent());
    stage.awaitRunning(SHOP, "web", 3);
  }

  @Test
  void aKilledRouterIsBackWithinTwoSecondsFromItsOwnTable() throws Exception {
    SteadyLoad load = startLoad();

    stage.cluster.kill("router-1");

    awaitAnswerWithinTwoSeconds();
    awaitMore(load, RATE);
    LoadReport report = load.stop();
    assertThat(report.failingMillis()).as(report.toString()).isLessThan(2000);
  }

  @Test
  void aKilledRouterIsBackWithinTwoSecondsWithNoSchedulerInSight() throws Exception {
    long scheduler = stage.cluster.program("scheduler").orElseThrow().pid();
    signal("STOP", scheduler);
    try {
      stage.cluster.kill("router-1");

      awaitAnswerWithinTwoSeconds();
    } finally {
      signal("CONT", scheduler);
    }
    stage.scale(SHOP, "web", 4);
  }

  private static void awaitAnswerWithinTwoSeconds() {
    stage.deadline.until(
        "an answer from the new router",
        Duration.ofSeconds(2),
        () -> stage.tryGet(SHOP, "/").filter(answer -> answer.status() == 200).isPresent());
  }

  private static SteadyLoad startLoad() {
    SteadyLoad load =
        SteadyLoad.start(
            stage.cluster.httpPort(), stage.hostname(SHOP), "/", RATE, 8, System::nanoTime);
    awaitMore(load, RATE);
    return load;
  }

  private static void awaitMore(SteadyLoad load, long answers) {
    long before = load.answers();
    stage.deadline.until(
        answers + " more answers", Stage.SOON, () -> load.answers() >= before + answers);
  }

  private static boolean isReplaced(String program, long killed) {
    return stage.cluster.program(program).filter(it -> it.pid() != killed).isPresent();
  }

  /** Until the scheduler knows again what runs. */
  private static void awaitReports() {
    stage.deadline.until(
        "a ready node",
        Stage.SOON,
        () ->
            stage.api.cluster().getStatus(GetStatusRequest.getDefaultInstance()).getNodesReady()
                == 1);
    stage.deadline.until(
        "three healthy instances", Stage.SOON, () -> stage.api.running(SHOP, "web").size() == 3);
  }

  private static List<App> apps() {
    return stage.api.apps().listApps(ListAppsRequest.getDefaultInstance()).getAppsList();
  }

  private static List<Integer> incarnations() {
    return stage.instances(SHOP, "web").stream().map(Instance::getIncarnation).toList();
  }

  private static void signal(String name, long pid) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }
}

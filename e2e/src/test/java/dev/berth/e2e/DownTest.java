package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.cluster.BerthCommand;
import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.bench.load.HttpConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** One cluster that goes down and comes up again and again. */
@Tag("cluster")
@Tag("root")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DownTest {
  private static final String APP = "acme/shop";
  private static final Duration SOON = Duration.ofSeconds(30);

  private static final Deadline DEADLINE = new Deadline(System::nanoTime);
  private static HostState before;
  private static ThrowawayCluster cluster;
  private static String id;

  @BeforeAll
  static void anAppRunsOnTwoNodes() throws Exception {
    before = HostState.now();
    cluster = ThrowawayCluster.start(Stage.home(), 2);
    id = cluster.id();
    cluster.publishBase("busybox");
    cluster.berth("tenants", "create", "acme");
    cluster.berth("apps", "create", APP, "--base", "busybox");
    cluster.berth("deploy", Stage.testApp("quick").toString(), "-a", APP);
    cluster.berth("scale", "web=4", "idle=2", "-a", APP);
    awaitAnswer();
    assertThat(added()).isNotEmpty();
  }

  @AfterAll
  static void takeDown() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void aSecondUpBesideARunningClusterIsRefusedAndHarmsNothing() {
    BerthCommand.Outcome outcome =
        cluster.tryBerth("up", "--detach", "--state-dir", cluster.stateDirectory().toString());

    assertThat(outcome.exit()).isNotZero();
    awaitAnswer();
  }

  @Test
  @Order(2)
  void upAfterEverythingWasKilledHasTheAppsAgainAndDownLeavesTheHostAsItWas() throws Exception {
    killEverything();

    cluster.up();
    awaitAnswer();

    cluster.down();
    assertThat(added()).isEmpty();
  }

  @Test
  @Order(3)
  void theUpAfterADownHasTheAppsAgain() {
    cluster.up();

    awaitAnswer(); // how soon is measured by `berth bench up`
    assertThat(cluster.id()).isEqualTo(id);
    awaitAllInstances();
  }

  @Test
  @Order(4)
  void downLeavesTheHostAsItWasAfterEverythingWasKilled() throws Exception {
    killEverything();

    cluster.down();

    assertThat(added()).isEmpty();
  }

  @Test
  @Order(5)
  void purgeLeavesTheHostAsItWasAndNoState() throws Exception {
    cluster.up();
    awaitAllInstances();
    assertThat(added()).isNotEmpty();

    cluster.berth("down", "--purge", "--state-dir", cluster.stateDirectory().toString());

    assertThat(added()).isEmpty();
    assertThat(cluster.stateDirectory()).doesNotExist();
  }

  /** What the cluster has made on the host and not taken away. */
  private static Set<String> added() throws Exception {
    return HostState.now().since(before, id, cluster.stateDirectory());
  }

  private static void awaitAllInstances() {
    try (ClusterApi api = cluster.api()) {
      DEADLINE.until("all instances of before", SOON, () -> api.running(APP, "web").size() == 4);
    }
  }

  /**
   * The supervisor first, so that it starts nothing again; then all others, as a power cut would.
   */
  private static void killEverything() {
    String state = cluster.stateDirectory().toString();
    String ownCgroup = "/berth-" + cluster.id() + "/";
    for (int round = 0; round < 3; round++) {
      InstanceProcesses.all()
          .filter(pid -> pid != ProcessHandle.current().pid())
          .filter(pid ->
              InstanceProcesses.read(pid, "cmdline").contains(state)
                  || InstanceProcesses.read(pid, "cgroup").contains(ownCgroup))
          .sorted()
          .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }
  }

  private static void awaitAnswer() {
    DEADLINE.until(
        "an answer of " + APP,
        SOON,
        () -> {
          try {
            return HttpConnection.get(
                        cluster.httpPort(), "shop.acme.localhost", "/", Duration.ofSeconds(5))
                    .status()
                == 200;
          } catch (IOException notYet) {
            return false;
          }
        });
  }
}

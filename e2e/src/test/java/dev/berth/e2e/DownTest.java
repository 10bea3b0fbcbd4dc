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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cluster")
@Tag("root")
class DownTest {
  private static final String APP = "acme/shop";
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Deadline deadline = new Deadline(System::nanoTime);
  private HostState before;
  private ThrowawayCluster cluster;

  @BeforeEach
  void anAppRunsOnTwoNodes() throws Exception {
    before = HostState.now();
    cluster = ThrowawayCluster.start(Stage.home(), 2);
    cluster.publishBase("busybox");
    cluster.berth("tenants", "create", "acme");
    cluster.berth("apps", "create", APP, "--base", "busybox");
    cluster.berth("deploy", Stage.testApp("quick").toString(), "-a", APP);
    cluster.berth("scale", "web=4", "idle=2", "-a", APP);
    awaitAnswer();
  }

  @AfterEach
  void takeDown() {
    cluster.close();
  }

  @Test
  void downLeavesTheHostAsItWasAndTheNextUpHasTheAppsAgain() throws Exception {
    String id = cluster.id();
    assertThat(HostState.now().since(before, id, cluster.stateDirectory())).isNotEmpty();

    cluster.down();
    assertThat(HostState.now().since(before, id, cluster.stateDirectory())).isEmpty();

    cluster.up();
    awaitAnswer(); // how soon is measured by `berth bench up`
    assertThat(cluster.id()).isEqualTo(id);
    try (ClusterApi api = cluster.api()) {
      deadline.until("all instances of before", SOON, () -> api.running(APP, "web").size() == 4);
    }

    cluster.berth("down", "--purge", "--state-dir", cluster.stateDirectory().toString());
    assertThat(HostState.now().since(before, id, cluster.stateDirectory())).isEmpty();
    assertThat(cluster.stateDirectory()).doesNotExist();
  }

  @Test
  void downLeavesTheHostAsItWasAfterEverythingWasKilled() throws Exception {
    String id = cluster.id();
    killEverything();

    cluster.down();

    assertThat(HostState.now().since(before, id, cluster.stateDirectory())).isEmpty();
  }

  @Test
  void upAfterEverythingWasKilledHasTheAppsAgain() throws Exception {
    String id = cluster.id();
    killEverything();

    cluster.up();

    awaitAnswer();
    cluster.down();
    assertThat(HostState.now().since(before, id, cluster.stateDirectory())).isEmpty();
  }

  @Test
  void aSecondUpBesideARunningClusterIsRefusedAndHarmsNothing() {
    BerthCommand.Outcome outcome =
        cluster.tryBerth("up", "--detach", "--state-dir", cluster.stateDirectory().toString());

    assertThat(outcome.exit()).isNotZero();
    awaitAnswer();
  }

  /**
   * The supervisor first, so that it starts nothing again; then all others, as a power cut would.
   */
  private void killEverything() {
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

  private void awaitAnswer() {
    deadline.until(
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

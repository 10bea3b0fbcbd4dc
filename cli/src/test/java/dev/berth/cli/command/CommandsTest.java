package dev.berth.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.proto.v1.Brake;
import io.grpc.Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  @TempDir Path directory;
  private FakeCluster cluster;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster(directory);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void scaleFollowsTheInstancesOfItsOwnChangeUntilTheyAreHealthy() {
    int code = cluster.berth("scale", "-a", "acme/shop", "web=1");

    assertThat(code).isZero();
    assertThat(text(cluster.err))
        .contains("web.1        starting")
        .contains("web.1        running");
    assertThat(text(cluster.out)).contains("1 of 1 instances healthy");
  }

  @Test
  void aChangeIsFollowedAcrossAChangeOfLeader() {
    cluster.leaderChanges = true;

    int code = cluster.berth("scale", "-a", "acme/shop", "web=1");

    assertThat(code).isZero();
    assertThat(text(cluster.out)).contains("1 of 1 instances healthy");
  }

  @Test
  void theAnswerInJsonIsOneObject() {
    int code = cluster.berth("scale", "-a", "acme/shop", "web=1", "--json");

    assertThat(code).isZero();
    assertThat(text(cluster.out)).startsWith("{\"app\":{").endsWith("\"settled\":true}\n");
  }

  @Test
  void aRefusalIsToldWithItsRemedyAndExitsWithOne() {
    int code = cluster.berth("scale", "-a", "acme/shop", "web=1000000");

    assertThat(code).isEqualTo(1);
    assertThat(text(cluster.err))
        .isEqualTo(
            "berth: refused: web cannot have more than 200 instances\n  next: ask for fewer\n");
    assertThat(text(cluster.out)).isEmpty();
  }

  @Test
  void aRefusalInJsonHasItsStableCode() {
    cluster.berth("scale", "-a", "acme/shop", "web=1000000", "--json");

    assertThat(text(cluster.err))
        .contains("\"code\":\"QUOTA_EXCEEDED\",\"field\":\"formation.web.count\"");
  }

  @Test
  void aNodeThatPassesExitsWithZeroAndALineForEachCheck() {
    int code = cluster.berth("node", "verify", "node-1", "--quick");

    assertThat(code).isZero();
    assertThat(cluster.askedQuick).isTrue();
    assertThat(text(cluster.out).lines())
        .containsExactly(
            "CHECK      GUARDS          EXPECTED  SEEN       PASSED",
            "seccomp    kernel surface  mode 2    mode 2     yes",
            "cpu-burst                  there     not there  no (not required)");
    assertThat(text(cluster.err)).contains("node-1 passed 2 checks in 2.3 s.");
  }

  @Test
  void aNodeThatFailsARequiredCheckExitsWithSix() {
    cluster.defencesHold = false;

    int code = cluster.berth("nodes", "verify", "node-1");

    assertThat(code).isEqualTo(6);
    assertThat(cluster.askedQuick).isFalse();
    assertThat(text(cluster.out)).contains("mode 0     NO");
    assertThat(text(cluster.err)).contains("node-1 failed 1 of 2 checks");
  }

  @Test
  void aVerificationInJsonIsTheReport() {
    cluster.defencesHold = false;

    int code = cluster.berth("node", "verify", "node-1", "--json");

    assertThat(code).isEqualTo(6);
    assertThat(text(cluster.out)).startsWith("{\"findings\":[{\"name\":\"seccomp\"");
  }

  @Test
  void theListOfNodesSaysWhichChecksFail() {
    cluster.berth("nodes");
    cluster.defencesHold = false;
    cluster.berth("node");

    assertThat(text(cluster.out)).contains("  yes\n").contains("  fails seccomp\n");
  }

  @Test
  void theListOfNodesSaysThatTheClusterIsFrozen() {
    cluster.brake =
        Brake.newBuilder()
            .setLevel(Brake.Level.HELD)
            .setActor("operator")
            .setReason("new switch")
            .setNodesTotal(1)
            .build();

    cluster.berth("nodes");

    assertThat(text(cluster.err)).contains("FROZEN by operator: new switch");
  }

  @Test
  void freezingSendsTheReasonAndThawingTheTime() {
    assertThat(cluster.berth("admin", "freeze", "--reason", "new switch")).isZero();
    assertThat(cluster.berth("admin", "thaw", "--for", "30m")).isZero();

    assertThat(text(cluster.out)).contains("FROZEN by operator: new switch").contains("1800");
    assertThat(cluster.berth("admin", "thaw", "--for", "soon")).isEqualTo(2);
  }

  @Test
  void aMistakeOnTheCommandLineExitsWithTwo() {
    assertThat(cluster.berth("scale", "-a", "acme/shop", "web")).isEqualTo(2);
    assertThat(cluster.berth("scale", "-a", "shop", "web=1")).isEqualTo(2);
    assertThat(cluster.berth("aps")).isEqualTo(2);
    assertThat(text(cluster.err)).contains("perhaps apps");
  }

  @Test
  void aClusterThatIsGoneExitsWithThree() {
    cluster.close();

    assertThat(cluster.berth("ps", "-a", "acme/shop")).isEqualTo(3);
    assertThat(cluster.berth("ps", "-a", "acme/shop", "--state-dir", "/nowhere")).isEqualTo(3);
  }

  @Test
  void whatDoesNotSettleInTimeExitsWithFour() {
    cluster.settles = false;

    int code = cluster.berth("scale", "-a", "acme/shop", "web=1", "--timeout", "300ms");

    assertThat(code).isEqualTo(4);
    assertThat(text(cluster.err)).contains("was not settled after 0s: 0 of 1 instances healthy");
  }

  @Test
  void noWaitReturnsAtOnce() {
    cluster.settles = false;

    assertThat(cluster.berth("scale", "-a", "acme/shop", "web=1", "--no-wait")).isZero();
  }

  @Test
  void deployUploadsTheDirectoryOnceAndFollowsTheRollout() throws Exception {
    Path app = appDirectory();

    assertThat(cluster.berth("deploy", app.toString(), "-a", "acme/shop")).isZero();

    assertThat(text(cluster.received)).contains("Procfile").contains("web: run");
    assertThat(text(cluster.out)).contains("v2 runs at");
  }

  @Test
  void deploySkipsTheUploadOfAKnownSlug() throws Exception {
    cluster.hasSlug = true;

    assertThat(cluster.berth("deploy", appDirectory().toString(), "-a", "acme/shop")).isZero();

    assertThat(cluster.received.size()).isZero();
  }

  @Test
  void aDirectoryWithoutProcfileIsRefusedBeforeAnythingIsSent() throws Exception {
    Path empty = Files.createDirectory(directory.resolve("empty"));

    assertThat(cluster.berth("deploy", empty.toString(), "-a", "acme/shop")).isEqualTo(2);
    assertThat(text(cluster.err)).contains("has no Procfile");
  }

  @Test
  void aScaleChangeIsTypeCountAndPerhapsSize() {
    assertThat(DemandOptions.parse("web=-1").getCount()).isEqualTo(-1);
    assertThat(DemandOptions.parse("web=4:small").getSize()).isEqualTo("small");
    assertThatThrownBy(() -> DemandOptions.parse("web=many")).hasMessageContaining("web=many");
  }

  @Test
  void theLeaderIsFoundPastOneThatIsDownAndOneThatDoesNotLead() throws IOException {
    Server follower = cluster.follower(cluster.address());
    try {
      String schedulers = "127.0.0.1:1, 127.0.0.1:" + follower.getPort();

      assertThat(cluster.berthVia(schedulers, "scale", "-a", "acme/shop", "web=1", "--no-wait"))
          .isZero();

      assertThat(text(cluster.err)).isEmpty();
    } finally {
      follower.shutdownNow();
    }
  }

  @Test
  void nobodyIsAskedTwiceWhenNoneIsUp() {
    assertThat(cluster.berthVia("127.0.0.1:1,127.0.0.1:2", "sizes")).isEqualTo(3);

    assertThat(text(cluster.err)).contains("127.0.0.1:1, 127.0.0.1:2 does not answer");
  }

  @Test
  void aTenantNeedsTokenAndAuthority() {
    var surroundings = FakeCluster.surroundings(Map.of("BERTH_API", "localhost:1"), directory);

    assertThat(dev.berth.cli.BerthCommand.commandLine(surroundings).execute("sizes")).isEqualTo(2);
  }

  private Path appDirectory() throws IOException {
    Path app = Files.createDirectory(directory.resolve("app"));
    Files.writeString(app.resolve("Procfile"), "web: run\n");
    return app;
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}

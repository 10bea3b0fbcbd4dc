package dev.berth.e2e;

import static dev.berth.e2e.ControlPlane.SHOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.leader.LeaderHint;
import dev.berth.proto.v1.App;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.ScaleChange;
import dev.berth.proto.v1.ScaleRequest;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real ensemble and two schedulers, killed, paused and taken away altogether. */
@Tag("cluster")
@Tag("root")
class ControlPlaneTest {
  /** Longer than the session of 10 s. */
  private static final Duration PAUSE = Duration.ofSeconds(12);

  private static final Duration LONG = Stage.SOON.multipliedBy(2);

  @TempDir private static Path directory;
  private static ControlPlane plane;

  @BeforeAll
  static void oneAppWithTwoInstances() throws Exception {
    plane = new ControlPlane(directory);
    plane.deployShop();
  }

  @AfterAll
  static void takeDown() throws Exception {
    if (plane != null) {
      plane.close();
    }
  }

  @BeforeEach
  void allIsWell() {
    plane.restore();
  }

  @Test
  void aKilledLeaderIsSucceededByTheOtherAndNoInstanceNotices() {
    int leader = plane.awaitLeader();
    List<Long> instances = plane.processes.ofApp(SHOP);
    App before = scaleWithin(leader, 2);

    plane.schedulers.get(leader).kill();
    Duration took =
        plane.deadline.until("the other leads", LONG, () -> plane.status(1 - leader).isPresent());

    System.out.println("takeover after kill -9: " + took.toMillis() + " ms");
    assertThat(took).isLessThan(Duration.ofSeconds(10)); // the session is not waited for
    plane.berth("ps", "-a", SHOP);
    assertThat(plane.processes.ofApp(SHOP)).isEqualTo(instances);
    App after = scaleWithin(1 - leader, 2);
    assertThat(after.getVersion()).isGreaterThanOrEqualTo(before.getVersion());
    plane.schedulers.get(leader).restart();
    plane.awaitSettled(2);
    assertThat(plane.processes.ofApp(SHOP)).isEqualTo(instances);
  }

  @Test
  void aLeaderThatIsCutOffFromTheStoreStepsDownAndWhatItHadSentTakesNoEffect() throws Exception {
    int leader = plane.awaitLeader();
    long epoch = plane.status(leader).orElseThrow().getEpoch();
    List<Long> instances = plane.processes.ofApp(SHOP);

    plane.cutFromStore(leader);
    Future<App> asked =
        AppServiceGrpc.newFutureStub(plane.channel(leader))
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .scale(scaling(7));
    try {
      plane.deadline.until("the other leads", LONG, () -> plane.status(1 - leader).isPresent());
      plane.deadline.until(
          "the one that is cut off leads no more", LONG, () -> plane.status(leader).isEmpty());
      assertThat(isRefused(asked)).isTrue();
      plane.berth("ps", "-a", SHOP);
    } finally {
      plane.mendToStore(leader);
    }

    plane.deadline.until(
        "the one that was cut off names the other",
        LONG,
        () -> hint(leader).equals(Optional.of(plane.address(1 - leader))));
    plane.awaitSettled(2);
    assertThat(plane.status(1 - leader).orElseThrow().getEpoch()).isEqualTo(epoch + 1);
    assertThat(plane.status(1 - leader).orElseThrow().getInstancesWanted()).isEqualTo(2);
    assertThat(plane.processes.ofApp(SHOP)).isEqualTo(instances);
    assertThat(plane.answers()).isTrue();
  }

  @Test
  void aLeaderThatSleptPastItsSessionWritesNothingAndFollows() throws Exception {
    int leader = plane.awaitLeader();
    long epoch = plane.status(leader).orElseThrow().getEpoch();
    List<Long> instances = plane.processes.ofApp(SHOP);

    plane.schedulers.get(leader).pause();
    Future<App> asked =
        AppServiceGrpc.newFutureStub(plane.channel(leader))
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .scale(scaling(7));
    Duration took;
    try {
      took =
          plane.deadline.until("the other leads", LONG, () -> plane.status(1 - leader).isPresent());
      boolean _ = plane.deadline.holdsFor(PAUSE.minus(took), () -> true);
    } finally {
      plane.schedulers.get(leader).resume();
    }

    System.out.println("takeover after SIGSTOP: " + took.toMillis() + " ms");
    assertThat(isRefused(asked)).isTrue();
    plane.deadline.until(
        "the one that slept names the other",
        Stage.SOON,
        () -> hint(leader).equals(Optional.of(plane.address(1 - leader))));
    plane.awaitSettled(2);
    assertThat(plane.status(1 - leader).orElseThrow().getEpoch()).isEqualTo(epoch + 1);
    assertThat(plane.status(1 - leader).orElseThrow().getInstancesWanted()).isEqualTo(2);
    assertThat(plane.processes.ofApp(SHOP)).isEqualTo(instances);
  }

  @Test
  void anyOneZooKeeperServerMayBeKilled() {
    for (int number = 1; number <= Ensemble.SERVERS; number++) {
      plane.ensemble.server(number).kill();
      int count = 2 + number % 2;

      plane.berth("scale", "-a", SHOP, "web=" + count);

      assertThat(plane.processes.ofApp(SHOP)).hasSize(count);
      plane.ensemble.server(number).restart();
      plane.awaitSettled(count);
    }
    plane.berth("scale", "-a", SHOP, "web=2");
  }

  @Test
  void withNoControlPlaneAtAllInstancesRunAreRestartedAndRouted() {
    List<Long> before = plane.processes.ofApp(SHOP);
    Instance first = plane.instance("web", 1);
    plane.schedulers.forEach(ChildJvm::kill);
    plane.ensemble.killAll();

    long victim = plane.processes.first(SHOP, "web.1").orElseThrow();
    long other = plane.processes.first(SHOP, "web.2").orElseThrow();
    ProcessHandle.of(victim).orElseThrow().destroyForcibly();
    plane.deadline.until(
        "web.1 again",
        LONG,
        () -> plane.processes.first(SHOP, "web.1").filter(pid -> pid != victim).isPresent());
    plane.deadline.until("web.1 listens", LONG, () -> ControlPlane.listens(first));
    // What an agent has not verified when it dies is started again, and rightly so.
    plane.deadline.until(
        "web.1 is verified", LONG, () -> plane.isVerified(first, first.getIncarnation() + 1));
    plane.agent.restart();
    plane.router.restart();
    plane.deadline.until("the router answers", LONG, plane::answers);
    List<Long> alone = plane.processes.ofApp(SHOP);
    assertThat(alone).hasSize(2).contains(other);
    assertThat(before).contains(other);

    plane.ensemble.ensureAll();
    plane.schedulers.forEach(ChildJvm::ensure);
    plane.awaitSettled(2);
    assertThat(plane.processes.ofApp(SHOP)).isEqualTo(alone);
    assertThat(plane.answers()).isTrue();
  }

  @Test
  void aStateThatWasLostIsRestoredAndNoInstanceNotices() throws Exception {
    Path key = Files.write(directory.resolve("key"), SecureRandom.getSeed(32));
    Path backup = directory.resolve("backup");
    plane.berth("admin", "backup", backup.toString(), "--key-file", key.toString());
    long epoch = plane.status(plane.awaitLeader()).orElseThrow().getEpoch();
    List<Long> instances = plane.processes.ofApp(SHOP);

    plane.schedulers.forEach(ChildJvm::kill);
    plane.ensemble.forgetAll();
    plane.ensemble.ensureAll();
    plane.schedulers.forEach(ChildJvm::ensure);
    int empty = plane.awaitLeader();
    assertThat(plane.status(empty).orElseThrow().getApps()).isZero();
    boolean _ = plane.deadline.holdsFor(Duration.ofSeconds(6), plane::answers);
    assertThat(plane.processes.ofApp(SHOP)).isEqualTo(instances);

    plane.berth("admin", "restore", backup.toString(), "--key-file", key.toString());
    plane.awaitSettled(2);

    assertThat(plane.processes.ofApp(SHOP)).isEqualTo(instances);
    assertThat(plane.answers()).isTrue();
    assertThat(plane.status(plane.awaitLeader()).orElseThrow().getEpoch())
        .isGreaterThan(epoch + 1_000_000);
    plane.berth("admin", "thaw");
    plane.berth("scale", "-a", SHOP, "web=3");
    assertThat(plane.processes.ofApp(SHOP)).hasSize(3).containsAll(instances);
    plane.berth("scale", "-a", SHOP, "web=2");
    plane.awaitSettled(2);
    assertThat(plane.processes.ofApp(SHOP)).isEqualTo(instances);
  }

  private static ScaleRequest scaling(int count) {
    return ScaleRequest.newBuilder()
        .setMutation(Mutation.getDefaultInstance())
        .setName(ControlPlane.shop())
        .addChanges(ScaleChange.newBuilder().setProcessType("web").setCount(count))
        .build();
  }

  private static App scaleWithin(int scheduler, int count) {
    return AppServiceGrpc.newBlockingStub(plane.channel(scheduler))
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .scale(scaling(count));
  }

  private static boolean isRefused(Future<App> asked) throws Exception {
    try {
      asked.get(60, TimeUnit.SECONDS);
      return false;
    } catch (ExecutionException refused) {
      return true;
    }
  }

  private static Optional<String> hint(int scheduler) {
    try {
      var _ =
          ClusterServiceGrpc.newBlockingStub(plane.channel(scheduler))
              .withDeadlineAfter(1, TimeUnit.SECONDS)
              .getStatus(GetStatusRequest.getDefaultInstance());
      return Optional.empty();
    } catch (StatusRuntimeException refused) {
      return LeaderHint.in(refused).flatMap(LeaderHint::leader);
    }
  }
}

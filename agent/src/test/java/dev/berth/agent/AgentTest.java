package dev.berth.agent;

import static dev.berth.agent.order.SampleOrders.run;
import static dev.berth.agent.order.SampleOrders.runChecked;
import static dev.berth.agent.order.SampleOrders.stop;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.berth.agent.keep.FakeImageHost;
import dev.berth.agent.order.Snapshot;
import dev.berth.agent.runtime.FakeInstanceHost;
import dev.berth.agent.runtime.Kept;
import dev.berth.agent.verify.FakeVerifier;
import dev.berth.agent.wire.OrderCodec;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.LogsWanted;
import dev.berth.settings.Settings;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent over a fake host and a real wire inside this process. */
class AgentTest {
  private final FakeScheduler scheduler = new FakeScheduler();
  private final FakeVerifier verifier = new FakeVerifier();
  private final AtomicReference<Throwable> fault = new AtomicReference<>();
  @TempDir private Path directory;
  private String wire;
  private Server server;
  private Schedulers schedulers;
  private FakeInstanceHost host;
  private Agent agent;

  @BeforeEach
  void start() throws IOException {
    wire = directory.toString();
    server =
        InProcessServerBuilder.forName(wire).directExecutor().addService(scheduler).build().start();
    schedulers =
        new Schedulers(
            List.of(wire), name -> InProcessChannelBuilder.forName(name).directExecutor().build());
    host = new FakeInstanceHost(directory);
    agent = startAgent(host);
  }

  @AfterEach
  void stopAll() {
    agent.close();
    schedulers.close();
    server.shutdownNow();
    assertThat(fault.get()).isNull();
  }

  @Test
  void anOrderBecomesARunningInstanceWithAnEvent() {
    scheduler.want(1, 2, run(1));

    scheduler.await("running", it -> it.isRunning(1, 1));

    scheduler.await("event", it -> !it.events().isEmpty());
    assertThat(scheduler.events().getFirst().getKind()).isEqualTo("instance.started");
    assertThat(scheduler.heard()).anyMatch(it -> it.getAcknowledge().getRevision() == 2);
  }

  @Test
  void aHealthyWebInstanceListens() throws IOException {
    try (var app = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      var found = new FakeInstanceHost(directory);
      found.leave(new Kept.Running(1, 4, "127.0.0.1", app.getLocalPort(), 4711, 0));
      scheduler.want(1, 2, runChecked(1, app.getLocalPort()));
      scheduler.await("stored", it -> it.status(1).isPresent());
      agent.close();

      agent = startAgent(found);

      scheduler.await("adopted and healthy", it -> it.isRunning(1, 4));
    }
  }

  @Test
  void theLossOfTheSchedulerChangesNothingAndItIsDialledAgain() {
    scheduler.want(1, 2, run(1));
    scheduler.await("running", it -> it.isRunning(1, 1));
    List<String> before = host.calls();

    scheduler.hangUp();
    scheduler.await("another hello", it -> it.hellos() == 2);

    assertThat(host.calls()).isEqualTo(before);
  }

  @Test
  void aDeposedSchedulerIsNotObeyedByAnAgentThatLostItsOrders() throws IOException {
    scheduler.want(7, 1);
    scheduler.await("acknowledged", it -> it.acknowledged(7, 1));
    agent.close();
    Files.delete(directory.resolve("orders"));
    scheduler.want(6, 9, run(1));

    agent = startAgent(host);
    scheduler.await("four hellos", it -> it.hellos() == 4);

    assertThat(scheduler.acknowledged(6, 9)).isFalse();
    assertThat(scheduler.heard()).anyMatch(it -> it.getHello().getEpochSeen() == 7);
    scheduler.want(8, 1, run(2));
    scheduler.await("obeyed", it -> it.isRunning(2, 1));
    assertThat(scheduler.status(1)).isEmpty();
  }

  @Test
  void theSchedulerThatARefusalNamesIsDialledAtOnce() throws IOException {
    String elsewhere = InProcessServerBuilder.generateName() + ":1";
    var leader = new FakeScheduler();
    Server other =
        InProcessServerBuilder.forName(elsewhere)
            .directExecutor()
            .addService(leader)
            .build()
            .start();
    try {
      scheduler.want(1, 2, run(1));
      scheduler.await("running", it -> it.isRunning(1, 1));
      leader.want(2, 1, run(1));

      scheduler.standDown(elsewhere);

      leader.await("linked", it -> it.acknowledged(2, 1));
      assertThat(leader.isRunning(1, 1)).isTrue();
    } finally {
      agent.close();
      other.shutdownNow();
    }
  }

  @Test
  void crashesWhileTheSchedulerIsAwayAreToldAfterwards() {
    scheduler.want(1, 2, run(1));
    scheduler.await("running", it -> it.isRunning(1, 1));

    scheduler.hangUp();
    host.end(1, 9, false);

    scheduler.await("running again", it -> it.isRunning(1, 2));
    scheduler.await(
        "exit told",
        it -> it.events().stream().anyMatch(event -> event.getMessage().contains("code 9")));
  }

  @Test
  void ordersWithABadChecksumStopNothing() {
    scheduler.want(1, 2, run(1));
    scheduler.await("running", it -> it.isRunning(1, 1));
    var empty = OrderCodec.message(new Snapshot(1, 3, List.of()));

    scheduler.wantAsIs(empty.toBuilder().setChecksum(ByteString.copyFromUtf8("?")).build());
    scheduler.await("dialled again", it -> it.hellos() > 2);

    assertThat(host.running()).hasSize(1);
  }

  @Test
  void ordersOfAnEpochThatIsOverStopNothing() {
    scheduler.want(7, 2, run(1));
    scheduler.await("running", it -> it.isRunning(1, 1));

    scheduler.want(6, 9);
    scheduler.await("dialled again", it -> it.hellos() > 2);

    assertThat(host.running()).hasSize(1);
    assertThat(scheduler.heard().getLast().getHello().getEpochSeen()).isEqualTo(7);
  }

  @Test
  void theSchedulerHearsThatTheNodesDefencesHold() {
    scheduler.await("verified", it -> !it.verifications().isEmpty());

    assertThat(scheduler.verifications().getFirst().getFindingsList())
        .anyMatch(it -> it.getName().equals(FakeVerifier.QUICK) && it.getPassed());
  }

  @Test
  void aVerificationThatIsAskedForIsAnswered() {
    scheduler.await("verified", it -> !it.verifications().isEmpty());
    verifier.fail(FakeVerifier.SLOW);

    scheduler.wantVerification(17, true);

    scheduler.await("answered", it -> it.answerTo(17).isPresent());
    assertThat(scheduler.answerTo(17).orElseThrow().getFull()).isTrue();
    assertThat(scheduler.answerTo(17).orElseThrow().getFindingsList())
        .anyMatch(it -> it.getName().equals(FakeVerifier.SLOW) && !it.getPassed());
  }

  @Test
  void aNewStreamsHelloSaysWhatStands() {
    scheduler.await("verified", it -> !it.verifications().isEmpty());
    verifier.fail(FakeVerifier.SLOW);
    scheduler.wantVerification(1, true);
    scheduler.await("answered", it -> it.answerTo(1).isPresent());

    scheduler.hangUp();
    scheduler.await("another hello", it -> it.hellos() == 2);

    assertThat(scheduler.verifications().getLast().getFindingsList())
        .anyMatch(it -> it.getName().equals(FakeVerifier.SLOW) && !it.getPassed());
  }

  @Test
  void aRunThatOutlivesItsStreamIsToldToTheNext() {
    scheduler.await("verified", it -> !it.verifications().isEmpty());
    verifier.hold();
    verifier.fail(FakeVerifier.QUICK);
    scheduler.wantVerification(1, false);
    scheduler.await("begun", _ -> verifier.runs.size() == 2);

    scheduler.hangUp();
    scheduler.await("another hello", it -> it.hellos() == 2);
    verifier.letThrough();

    scheduler.await(
        "told",
        it ->
            it.verifications().getLast().getFindingsList().stream()
                .anyMatch(finding -> !finding.getPassed()));
    assertThat(scheduler.answerTo(1)).isEmpty();
  }

  @Test
  void aStopEndsInStopped() {
    scheduler.want(1, 2, run(1));
    scheduler.await("running", it -> it.isRunning(1, 1));

    scheduler.want(1, 3, stop(1));

    scheduler.await("stopped", it -> it.status(1).orElseThrow().hasStopped());
  }

  @Test
  void logsOfAllIncarnationsAreReadWithBerthsOwnLines() throws IOException {
    scheduler.want(1, 2, run(1));
    scheduler.await("running", it -> it.isRunning(1, 1));
    Files.writeString(host.log(1, 1), "2026-11-22T08:00:00.000000000+00:00 stdout F first\n");
    host.end(1, 3, false);
    scheduler.await("running again", it -> it.isRunning(1, 2));
    Files.writeString(host.log(1, 2), "2026-11-22T08:00:01.000000000+00:00 stderr F second\n");

    scheduler.wantLogs(
        LogsWanted.newBuilder()
            .setStreamId(5)
            .addPlacementIds(1)
            .setTail(100)
            .setFollow(true)
            .build());

    scheduler.await("lines", it -> it.logLines().size() >= 4);
    assertThat(scheduler.logLines())
        .contains("STDOUT first", "STDERR second")
        .anyMatch(line -> line.startsWith("PLATFORM ended with code 3"));
    Files.writeString(
        host.log(1, 2),
        """
        2026-11-22T08:00:01.000000000+00:00 stderr F second
        2026-11-22T08:00:02.000000000+00:00 stdout F third
        """);
    scheduler.await("followed", it -> it.logLines().contains("STDOUT third"));
  }

  private Agent startAgent(FakeInstanceHost found) throws IOException {
    AgentSettings settings =
        AgentSettings.read(
            Settings.of(
                Map.of(
                    "cluster.id", "abcdef",
                    "node.name", "node-1",
                    "scheduler.address", "127.0.0.1:1",
                    "identity.directory", directory.toString(),
                    "state.directory", directory.toString(),
                    "network.subnet", "10.88.0.0/22",
                    "run.file", directory.resolve("run.json").toString())));
    return Agent.start(
        settings,
        new Agent.Surroundings(
            found,
            new FakeImageHost(),
            verifier,
            schedulers,
            InstantSource.system(),
            new SplittableRandom(7),
            new SimpleMeterRegistry(),
            (_, failure) -> fault.set(failure)));
  }
}

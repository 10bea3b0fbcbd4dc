package dev.berth.agent.control;

import static dev.berth.agent.order.SampleOrders.denying;
import static dev.berth.agent.order.SampleOrders.run;
import static dev.berth.agent.order.SampleOrders.runChecked;
import static dev.berth.agent.order.SampleOrders.stop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.berth.agent.oom.MemoryKills;
import dev.berth.agent.reconcile.Oom;
import dev.berth.agent.reconcile.Report;
import dev.berth.agent.runtime.Ended;
import dev.berth.agent.runtime.FakeInstanceHost;
import dev.berth.agent.runtime.HostException;
import dev.berth.agent.runtime.Kept;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTest {
  private static final Duration GRACE = Duration.ofSeconds(5);

  @TempDir private Path directory;
  private TestNode node;
  private RecordingUplink uplink;

  @BeforeEach
  void linkANode() {
    node = new TestNode(directory);
    uplink = node.link();
  }

  @Test
  void anOrderIsStoredAcknowledgedAndCarriedOut() {
    node.order(uplink, 1, 7, run(1));

    assertThat(uplink.said).containsExactly("greet epoch 0", "acknowledge 1/7");
    assertThat(uplink.phases).containsEntry(1L, "Running 1");
    assertThat(uplink.kinds()).containsExactly("instance.started");
  }

  @Test
  void anOrderThatIsNotStoredIsNotCarriedOut() {
    node.fillDisk(true);
    node.order(uplink, 1, 7, run(1));

    assertThat(uplink.said).containsExactly("greet epoch 0");
    assertThat(node.host.calls()).containsExactly("adopt");
  }

  @Test
  void anOrderThatIsTakenBackBeforeItIsStoredNeverBegins() {
    node.fillDisk(true);
    node.order(uplink, 1, 7, run(1), run(2));
    node.order(uplink, 1, 8, stop(1));

    node.fillDisk(false);

    assertThat(node.host.calls()).containsExactly("adopt");
    assertThat(uplink.phases).containsExactly(entry(1L, "Stopped 0"));
  }

  @Test
  void anOrderToStopThatIsNotStoredDoesNotPassForCarriedOut() {
    node.fillDisk(true);
    node.order(uplink, 1, 7, run(1));
    node.order(uplink, 1, 8, stop(1));

    var next = node.link();

    assertThat(next.phases).containsExactly(entry(1L, "Idle 0"));
  }

  @Test
  void anInstanceWithACheckIsHealthyOnlyOnceItPassed() {
    node.order(uplink, 1, 7, runChecked(1, 5000));
    assertThat(uplink.phases).containsEntry(1L, "Starting 1");
    assertThat(node.checked).containsEntry(1L, 1);

    node.hear(1, 1, new Report.CheckPassed());

    assertThat(uplink.phases).containsEntry(1L, "Running 1");
  }

  @Test
  void aChangedEgressPolicyReachesWhatRunsAndNothingElse() {
    node.order(uplink, 1, 7, run(1), run(2));
    int before = node.host.calls().size();

    node.change(uplink, 1, 7, List.of(), denying(run(1), "203.0.113.0/24"));

    assertThat(node.callsSince(before)).containsExactly("limit 1 [203.0.113.0/24]");
  }

  @Test
  void anEgressPolicyThatCannotBeReadShutsTheInstanceIn() {
    node.order(uplink, 1, 7, run(1));
    int before = node.host.calls().size();

    node.change(uplink, 1, 7, List.of(), denying(run(1), "10.0.0.0/8 } accept"));

    assertThat(node.callsSince(before)).containsExactly("limit 1 [0.0.0.0/0]");
  }

  @Test
  void aLostStreamChangesNothing() {
    node.order(uplink, 1, 7, run(1), run(2));
    int before = node.host.calls().size();

    node.say(new Input.Unlinked(uplink));
    node.pass(Duration.ofHours(1));

    assertThat(node.callsSince(before)).isEmpty();
    assertThat(node.host.running()).hasSize(2);
  }

  @Test
  void aCrashedInstanceIsStartedAgainWithNobodyToTell() {
    node.order(uplink, 1, 7, run(1));
    node.say(new Input.Unlinked(uplink));

    node.end(1, 1);

    assertThat(node.phase(1)).isEqualTo("Running 2");
    assertThat(node.link().kinds()).containsExactly("instance.exited", "instance.started");
  }

  @Test
  void anOldEpochIsRefusedAlsoAfterARestart() {
    node.order(uplink, 5, 7, run(1));
    var restarted = node.restarted(new FakeInstanceHost(directory));
    var old = restarted.link();

    restarted.order(old, 4, 99);

    assertThat(old.said).contains("greet epoch 5").anyMatch(said -> said.startsWith("refuse"));
    assertThat(restarted.phase(1)).isEqualTo("Running 1");
  }

  @Test
  void whatIsSaidOnAStreamThatIsOverIsNotObeyed() {
    var later = node.link();

    node.order(uplink, 1, 7, run(1));

    assertThat(node.phase(1)).isEqualTo("gone");
    assertThat(later.said).containsExactly("greet epoch 0");
  }

  @Test
  void aRestartedBrainAdoptsWhatRunsAndStartsWhatEndedWithoutAScheduler() {
    node.order(uplink, 1, 7, run(1), run(2), run(3), stop(4));
    var found = new FakeInstanceHost(directory);
    found.leave(new Kept.Running(1, 3, "10.88.0.2", 5000, 4711, 0));
    found.leave(new Kept.Over(2, 6, "10.88.0.3", new Ended(2, 6, 1, MemoryKills.NONE, 0, "")));
    found.leave(new Kept.Reserved(4, 2, "10.88.0.5"));

    var restarted = node.restarted(found);

    assertThat(restarted.phase(1)).isEqualTo("Running 3");
    assertThat(restarted.phase(2)).isEqualTo("Running 7");
    assertThat(restarted.phase(3)).isEqualTo("Running 1");
    assertThat(restarted.phase(4)).isEqualTo("Stopped 2");
    assertThat(found.calls()).doesNotContain("start 1.3", "start 1.4");
  }

  @Test
  void anAdoptedInstanceIsCheckedAnew() {
    node.order(uplink, 1, 7, runChecked(1, 5000));
    var found = new FakeInstanceHost(directory);
    found.leave(new Kept.Running(1, 3, "10.88.0.2", 5000, 4711, 0));

    var restarted = node.restarted(found);

    assertThat(restarted.phase(1)).isEqualTo("Starting 3");
    assertThat(restarted.checked).containsEntry(1L, 3);
  }

  @Test
  void withoutAnyOrdersWhatRunsStays() {
    var found = new FakeInstanceHost(directory);
    found.leave(new Kept.Running(1, 3, "10.88.0.2", 5000, 4711, 0));

    var restarted = node.restarted(found);
    restarted.pass(Duration.ofHours(1));

    assertThat(found.calls()).containsExactly("adopt");
    assertThat(restarted.phase(1)).isEqualTo("Running 3");
  }

  @Test
  void whatACompleteStateLeavesOutIsStoppedAndForgotten() {
    node.order(uplink, 1, 7, run(1), run(2));
    node.order(uplink, 1, 8, run(2));

    assertThat(node.phase(1)).isEqualTo("gone");
    assertThat(node.host.calls()).contains("terminate 1", "release 1");
    assertThat(node.phase(2)).isEqualTo("Running 1");
  }

  @Test
  void aStopGivesTheGracePeriodThenKills() {
    node.order(uplink, 1, 7, run(1));
    node.host.obeyTerminate(false);

    node.change(uplink, 1, 7, List.of(), stop(1));
    node.pass(GRACE.minusMillis(1));
    assertThat(uplink.phases).containsEntry(1L, "Stopping 1");
    assertThat(node.host.calls()).doesNotContain("kill 1");
    node.pass(Duration.ofMillis(1));

    assertThat(node.host.calls()).endsWith("terminate 1", "kill 1", "discard 1");
    assertThat(uplink.phases).containsEntry(1L, "Stopped 1");
  }

  @Test
  void aStoppedPlacementKeepsItsAddressUntilItIsDropped() {
    node.order(uplink, 1, 7, run(1));
    node.change(uplink, 1, 7, List.of(), stop(1));
    assertThat(node.host.calls()).doesNotContain("release 1");

    node.change(uplink, 1, 8, List.of(1L));

    assertThat(node.host.calls()).endsWith("release 1");
    assertThat(node.phase(1)).isEqualTo("gone");
  }

  @Test
  void aCrashLoopBacksOffExponentiallyToFiveMinutes() {
    node.order(uplink, 1, 7, run(1));
    List<Long> waits = new ArrayList<>();
    for (int crash = 1; crash <= 12; crash++) {
      node.end(1, 1);
      long waited = 0;
      while (node.phase(1).startsWith("Backoff")) {
        node.pass(Duration.ofSeconds(1));
        waited++;
      }
      waits.add(waited);
    }

    assertThat(waits).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L);
  }

  @Test
  void aMinuteOfHealthForgivesEarlierCrashes() {
    node.order(uplink, 1, 7, run(1));
    node.end(1, 1);
    node.end(1, 1);
    node.pass(Duration.ofSeconds(1));
    node.pass(Duration.ofSeconds(60));

    node.end(1, 1);

    assertThat(node.phase(1)).isEqualTo("Running 4");
  }

  @Test
  void aFailedStartSaysWhyAndIsTriedAgain() {
    node.host.failNext(new HostException(HostException.Kind.IMAGE, "slug 55 is missing"));

    node.order(uplink, 1, 7, run(1));

    assertThat(uplink.phases).containsEntry(1L, "Running 2");
    assertThat(uplink.notices.getFirst().notice().message()).contains("slug 55 is missing");
    assertThat(uplink.kinds()).containsExactly("instance.start-failed", "instance.started");
  }

  @Test
  void anUnhealthyInstanceIsKilledAndStartedAgain() {
    node.order(uplink, 1, 7, runChecked(1, 5000));
    node.hear(1, 1, new Report.CheckPassed());
    for (int failure = 0; failure < 3; failure++) {
      node.hear(1, 1, new Report.CheckFailed("nothing listens on port 5000"));
    }

    assertThat(node.host.calls()).containsSubsequence("start 1.1", "kill 1", "start 1.2");
    assertThat(uplink.kinds()).contains("instance.unhealthy");
  }

  @Test
  void anInstanceThatIsNeverHealthyIsStartedAgainAfterItsDeadline() {
    node.order(uplink, 1, 7, runChecked(1, 5000));

    node.pass(Duration.ofSeconds(60));

    assertThat(node.phase(1)).isEqualTo("Starting 2");
  }

  @Test
  void aLimitThatIsHitIsToldWhileTheInstanceRuns() {
    node.order(uplink, 1, 7, run(1));

    node.hear(1, 1, new Report.Counted(Oom.NONE, 9));
    node.hear(1, 1, new Report.Counted(Oom.NONE, 12));

    assertThat(uplink.kinds()).containsExactly("instance.started", "instance.pids-limit");
    assertThat(node.phase(1)).isEqualTo("Running 1");
  }

  @Test
  void aMemoryHogIsReportedAsOutOfMemory() {
    node.order(uplink, 1, 7, run(1));

    node.host.end(1, 137, true);
    node.pass(Duration.ZERO);

    assertThat(uplink.kinds())
        .containsExactly(
            "instance.started", "instance.oom-killed", "instance.exited", "instance.started");
    assertThat(node.view().all())
        .extracting(it -> String.valueOf(it.lastExit()))
        .first()
        .asString()
        .contains("OUT_OF_MEMORY");
  }

  @Test
  void newsWaitUntilTheStreamTakesMore() {
    uplink.writable = false;
    node.order(uplink, 1, 7, run(1));
    assertThat(uplink.phases).isEmpty();

    uplink.writable = true;
    node.say(new Input.Writable());

    assertThat(uplink.phases).containsEntry(1L, "Running 1");
  }

  @Test
  void theNextStreamIsToldEverythingAgain() {
    node.order(uplink, 1, 7, run(1), run(2));

    var next = node.link();

    assertThat(next.said).containsExactly("greet epoch 1");
    assertThat(next.phases).containsOnlyKeys(1L, 2L);
  }
}

package dev.berth.agent.oom;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KillParserTest {
  private static final String TAIL =
      " total-vm:70340kB, anon-rss:65084kB, file-rss:1152kB, shmem-rss:0kB, UID:1311720"
          + " pgtables:176kB oom_score_adj:0\n SUBSYSTEM=x\n";

  private final KillParser parser = new KillParser();

  @Test
  void aKillOfACgroupNamesItsProcessAndUser() {
    var kill =
        parser.feed("3,812,5000123,-;Memory cgroup out of memory: Killed process 99 (a b)" + TAIL);

    assertThat(kill)
        .contains(new Kill(812, 5_000_123, 99, 1_311_720, "a b", false, Optional.empty()));
  }

  @Test
  void aKillOfTheHostIsToldApart() {
    var kill = parser.feed("3,813,5,-;Out of memory: Killed process 99 (a)" + TAIL);

    assertThat(kill).hasValueSatisfying(it -> assertThat(it.byHost()).isTrue());
  }

  @Test
  void theSummaryBeforeAKillNamesTheCgroupThatWasFull() {
    parser.feed(
        "6,1,5,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
            + "oom_memcg=/berth-1/node-1,task_memcg=/berth-1/node-1/p1-1,task=x,pid=5,pid=99,uid=7\n");

    var kill = parser.feed("3,2,6,-;Memory cgroup out of memory: Killed process 99 (x)" + TAIL);

    assertThat(kill.flatMap(Kill::group)).contains("/berth-1/node-1");
  }

  @Test
  void aSummaryOfAnotherProcessSaysNothing() {
    parser.feed(
        "6,1,5,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
            + "oom_memcg=/a,task_memcg=/a/b,task=x,pid=98,uid=7\n");

    var kill = parser.feed("3,2,6,-;Memory cgroup out of memory: Killed process 99 (x)" + TAIL);

    assertThat(kill.flatMap(Kill::group)).isEmpty();
  }

  @Test
  void aNameThatLooksLikeARecordDeceivesNobody() {
    var kill =
        parser.feed(
            "3,2,6,-;Memory cgroup out of memory: Killed process 99 (1) UID:5 p\\x0a)" + TAIL);

    assertThat(kill)
        .hasValueSatisfying(it -> {
          assertThat(it.pid()).isEqualTo(99);
          assertThat(it.user()).isEqualTo(1_311_720);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "11,2,6,-;Memory cgroup out of memory: Killed process 99 (x) total-vm:1kB, UID:7 x",
        "3,2,6,-;perl[7]: Memory cgroup out of memory: Killed process 99 (x) total-vm:1kB, UID:7 x",
        "6,2,6,-;Memory cgroup out of memory: OOM victim 99 (x) is already exiting. Skip killing",
        "nonsense",
        ""
      })
  void whatTheKernelDidNotSayOfAKillIsNone(String record) {
    assertThat(parser.feed(record)).isEmpty();
  }
}

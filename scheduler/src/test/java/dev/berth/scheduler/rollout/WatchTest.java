package dev.berth.scheduler.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.FreezeOrder;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

class WatchTest {
  private static final Instant BEGAN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = BEGAN.plusSeconds(1000);

  private final Watch watch = new Watch(Timers.DEFAULT, BEGAN);
  private ClusterState state = ClusterState.empty();
  private Actual actual = Actual.NOTHING;

  @ParameterizedTest
  @CsvSource({"0,READY", "9,READY", "10,SUSPECT", "39,SUSPECT", "40,UNREACHABLE"})
  void silenceMakesANodeSuspectThenUnreachable(int seconds, Actual.Liveness liveness) {
    var node = node(LATER.minusSeconds(seconds), Actual.Liveness.READY);

    assertThat(watch.liveness(node, LATER)).isEqualTo(liveness);
  }

  @Test
  void forAMinuteAfterAChangeOfLeaderNobodyIsUnreachable() {
    assertThat(watch.liveness(null, BEGAN.plusSeconds(59))).isEqualTo(Actual.Liveness.SUSPECT);
    assertThat(watch.liveness(null, BEGAN.plusSeconds(60))).isEqualTo(Actual.Liveness.UNREACHABLE);
  }

  @Test
  void aSingleNodeIsGivenUpAfterAMinute() {
    silent(1, 60);
    ready(9);

    assertThat(lost(Watch.Lost.NONE, LATER).nodes()).hasSize(1);
  }

  @Test
  void manyAtOnceAreGivenUpOneByOne() {
    silent(4, 60);
    ready(6);

    Watch.Lost first = lost(Watch.Lost.NONE, LATER);
    assertThat(first.nodes()).hasSize(1);
    assertThat(lost(first, LATER.plusSeconds(9)).nodes()).hasSize(1);
    assertThat(lost(first, LATER.plusSeconds(10)).nodes()).hasSize(2);
  }

  @Test
  void whenMostAreSilentNoneIsGivenUp() {
    silent(6, 600);
    ready(4);

    assertThat(lost(Watch.Lost.NONE, LATER).nodes()).isEmpty();
  }

  @Test
  void aNodeThatIsBackIsLostNoMore() {
    ready(3);
    var before = new Watch.Lost(TreePSet.singleton(new NodeId("ready-1")), LATER);

    assertThat(lost(before, LATER).nodes()).isEmpty();
  }

  @ParameterizedTest(name = "{0} of {1} silent, ordered {2} {3} s ago: {4}")
  @CsvSource({
    "0,10,NONE,0,OFF",
    "2,2,NONE,0,OFF",
    "2,10,NONE,0,OFF",
    "3,15,NONE,0,OFF",
    "3,14,NONE,0,BRAKED",
    "5,10,NONE,0,BRAKED",
    "11,20,NONE,0,BRAKED",
    "6,10,NONE,0,FROZEN",
    "3,3,NONE,0,FROZEN",
    "0,10,FROZEN,0,HELD",
    "5,10,FROZEN,9000,HELD",
    "6,10,FROZEN,0,HELD",
    "0,10,THAWED,0,OFF",
    "5,10,THAWED,0,BRAKED",
    "6,10,THAWED,0,RELEASED",
    "6,10,THAWED,299,RELEASED",
    "6,10,THAWED,300,FROZEN",
    "3,3,THAWED,0,RELEASED"
  })
  void theBrakeFollowsFromSilenceAndOrders(
      int silent, int nodes, String order, int secondsAgo, Brake.Level level) {
    silent(silent, 600);
    ready(nodes - silent);
    order(order, LATER.minusSeconds(secondsAgo));

    assertThat(watch.brake(state, actual, LATER)).isEqualTo(new Brake(level, silent, nodes));
  }

  @ParameterizedTest
  @CsvSource({"2,2", "6,0", "4,1"})
  void whileFrozenByOrderNobodyIsGivenUp(int silent, int ready) {
    silent(silent, 600);
    ready(ready);
    order("FROZEN", LATER);

    assertThat(lost(Watch.Lost.NONE, LATER.plusSeconds(3600)).nodes()).isEmpty();
  }

  @Test
  void thawedSilentNodesAreGivenUpOneByOne() {
    silent(6, 600);
    ready(4);
    order("THAWED", LATER);

    Watch.Lost first = lost(Watch.Lost.NONE, LATER);
    assertThat(first.nodes()).hasSize(1);
    assertThat(lost(first, LATER.plusSeconds(9)).nodes()).hasSize(1);
    assertThat(lost(first, LATER.plusSeconds(10)).nodes()).hasSize(2);
  }

  @Test
  void ofAThawByAnotherLeaderTheTimeSinceTheTakeoverCounts() {
    silent(6, 600);
    ready(4);
    order("THAWED", BEGAN.minusSeconds(100_000));

    assertThat(watch.brake(state, actual, BEGAN.plusSeconds(299)).level())
        .isEqualTo(Brake.Level.RELEASED);
    assertThat(watch.brake(state, actual, BEGAN.plusSeconds(300)).level())
        .isEqualTo(Brake.Level.FROZEN);
  }

  @Test
  void aThawHasServedOnceEnoughNodesAreBackButNotJustAfterATakeover() {
    silent(5, 600);
    ready(5);
    order("THAWED", LATER);
    Brake brake = watch.brake(state, actual, LATER);

    assertThat(watch.isThawOver(state, brake, LATER)).isTrue();
    assertThat(watch.isThawOver(state, brake, BEGAN.plusSeconds(59))).isFalse();
  }

  private void order(String order, Instant at) {
    var given = new FreezeOrder.Given("operator", "", at);
    state =
        state.after(
            new Change.PutFreeze(
                switch (order) {
                  case "FROZEN" -> new FreezeOrder.Frozen(given);
                  case "THAWED" -> new FreezeOrder.Thawed(given, Duration.ofMinutes(5));
                  default -> FreezeOrder.NONE;
                }));
  }

  private Watch.Lost lost(Watch.Lost before, Instant now) {
    return watch.lost(before, watch.brake(state, actual, now), state, actual, now);
  }

  private void silent(int count, int seconds) {
    add("silent-", count, node(LATER.minusSeconds(seconds), Actual.Liveness.UNREACHABLE));
  }

  private void ready(int count) {
    add("ready-", count, node(LATER, Actual.Liveness.READY));
  }

  private void add(String prefix, int count, Actual.NodeActual node) {
    for (int number = 1; number <= count; number++) {
      var id = new NodeId(prefix + number);
      state =
          state.after(
              new Change.PutNode(
                  new KnownNode(id, Capacity.NONE, "x86_64", TreePMap.empty(), "1", "", "")));
      actual = actual.withNode(id, node);
    }
  }

  private static Actual.NodeActual node(Instant seen, Actual.Liveness liveness) {
    return new Actual.NodeActual(1, true, true, seen, liveness, null);
  }
}

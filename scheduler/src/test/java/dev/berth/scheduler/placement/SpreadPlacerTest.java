package dev.berth.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodeVerification;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pcollections.TreePMap;

class SpreadPlacerTest {
  private static final ProcessTypeId WEB = new ProcessTypeId(AppId.of("acme", "shop"), "web");
  private static final Capacity ROOMY = new Capacity(8192, 8000, 8192, 65_536);
  private static final Capacity ONE_SMALL = new Capacity(256, 1000, 256, 1024);

  @Test
  void equalInstancesAreSpreadEvenly() {
    Room room = room(Map.of("a", ROOMY, "b", ROOMY, "c", ROOMY));

    Placer.Answer answer = place(room, Sizes.SMALL, 7, Map.of());

    assertThat(counts(answer))
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", 3L, "b", 2L, "c", 2L));
    assertThat(answer.refusals()).isEmpty();
  }

  @Test
  void nodesThatHoldTheTypeComeLast() {
    Room room = room(Map.of("a", ROOMY, "b", ROOMY));

    Placer.Answer answer = place(room, Sizes.SMALL, 1, Map.of(new NodeId("a"), 1));

    assertThat(answer.nodes()).containsExactly(new NodeId("b"));
  }

  @Test
  void aFullNodeIsPassedOverAndTheRestIsRefusedWithTheAmountMissing() {
    Room room = room(Map.of("a", ONE_SMALL, "b", ONE_SMALL));

    Placer.Answer answer = place(room, Sizes.SMALL, 3, Map.of());

    assertThat(answer.nodes()).containsExactly(new NodeId("a"), new NodeId("b"));
    assertThat(answer.refusals())
        .containsExactly(
            new NodeRefusal(new NodeId("a"), NodeRefusal.Rule.MEMORY, 256),
            new NodeRefusal(new NodeId("b"), NodeRefusal.Rule.MEMORY, 256));
  }

  @ParameterizedTest
  @CsvSource({
    "255, 8000, 256, 1024, MEMORY, 1",
    "256, 9, 256, 1024, CPU, 10",
    "256, 8000, 200, 1024, PIDS, 56",
    "256, 8000, 256, 1000, DISK, 24"
  })
  void eachResourceIsAHardLimit(
      long memory, long cpu, long pids, long disk, NodeRefusal.Rule rule, long missing) {
    Room room = room(Map.of("a", new Capacity(memory, cpu, pids, disk)));

    Placer.Answer answer = place(room, Sizes.SMALL, 1, Map.of());

    assertThat(answer.nodes()).isEmpty();
    assertThat(answer.refusals()).containsExactly(new NodeRefusal(new NodeId("a"), rule, missing));
  }

  @Test
  void aNodeThatIsNotReadyGetsNothing() {
    ClusterState state = ClusterState.empty().after(new Change.PutNode(node("a", ROOMY)));

    Placer.Answer answer = place(Room.of(state, Actual.NOTHING), Sizes.SMALL, 1, Map.of());

    assertThat(answer.refusals())
        .containsExactly(new NodeRefusal(new NodeId("a"), NodeRefusal.Rule.NOT_READY, 0));
  }

  @Test
  void aNodeThatFailsACheckGetsNothing() {
    Room room = room(Map.of("a", ROOMY), "seccomp");

    Placer.Answer answer = place(room, Sizes.SMALL, 1, Map.of());

    assertThat(answer.nodes()).isEmpty();
    assertThat(answer.refusals())
        .containsExactly(new NodeRefusal(new NodeId("a"), NodeRefusal.Rule.UNVERIFIED, 0));
    assertThat(Refusals.summary(answer.refusals()))
        .isEqualTo("no room on 1 node(s): 1 is not verified (node-unverified)");
  }

  @Test
  void aNodeThatHasNotShownItsDefencesYetGetsNothing() {
    ClusterState state = ClusterState.empty().after(new Change.PutNode(node("a", ROOMY)));
    Actual actual =
        Actual.NOTHING.withNode(new NodeId("a"), Actual.NodeActual.heard(1, Instant.EPOCH, null));

    Placer.Answer answer = place(Room.of(state, actual), Sizes.SMALL, 1, Map.of());

    assertThat(answer.refusals())
        .containsExactly(new NodeRefusal(new NodeId("a"), NodeRefusal.Rule.UNVERIFIED, 0));
  }

  private static Placer.Answer place(
      Room room, Size size, int count, Map<NodeId, Integer> holders) {
    return new SpreadPlacer().place(new Placer.Group(WEB, size, count, holders), room);
  }

  private static NodeVerification verification(String... failed) {
    return new NodeVerification(
        Instant.EPOCH, true, List.of("no-capabilities", "seccomp"), List.of(failed));
  }

  private static Room room(Map<String, Capacity> nodes, String... failed) {
    ClusterState state = ClusterState.empty();
    Actual actual = Actual.NOTHING;
    for (Map.Entry<String, Capacity> entry : nodes.entrySet()) {
      state = state.after(new Change.PutNode(node(entry.getKey(), entry.getValue())));
      actual =
          actual.withNode(
              new NodeId(entry.getKey()),
              Actual.NodeActual.heard(1, Instant.EPOCH, verification(failed)));
    }
    return Room.of(state, actual);
  }

  private static KnownNode node(String name, Capacity capacity) {
    return new KnownNode(
        new NodeId(name), capacity, "x86_64", TreePMap.empty(), "1", "crun", "boot");
  }

  private static Map<String, Long> counts(Placer.Answer answer) {
    return answer.nodes().stream()
        .collect(Collectors.groupingBy(NodeId::name, Collectors.counting()));
  }
}

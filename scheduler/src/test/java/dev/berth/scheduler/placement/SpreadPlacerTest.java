package dev.berth.scheduler.placement;

import static dev.berth.scheduler.placement.Nodes.ROOMY;
import static dev.berth.scheduler.placement.Nodes.WEB;
import static dev.berth.scheduler.placement.Nodes.names;
import static dev.berth.scheduler.placement.Nodes.need;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.placement.Refusals.Count;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Sizes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpreadPlacerTest {
  private static final Capacity ONE_SMALL = new Capacity(256, 1000, 256, 1024);

  private final Nodes nodes = new Nodes();

  @Test
  void equalInstancesAreSpreadEvenly() {
    nodes.with("a", ROOMY).with("b", ROOMY).with("c", ROOMY);

    Placer.Answer answer = nodes.ask(WEB, need(Sizes.SMALL), 7);

    assertThat(counts(names(answer)))
        .containsExactlyInAnyOrderEntriesOf(Map.of("a", 3L, "b", 2L, "c", 2L));
    assertThat(answer.refusals()).isEqualTo(Refusals.NONE);
  }

  @Test
  void nodesThatHoldTheTypeComeLast() {
    nodes.with("a", ROOMY).with("b", ROOMY).place(WEB, 1, "a", Sizes.SMALL);

    assertThat(names(nodes.ask(WEB, need(Sizes.SMALL), 1))).containsExactly("b");
  }

  @Test
  void zonesAreFilledEvenlyThenRacksThenNodes() {
    nodes.with("a1", ROOMY, "zone=a", "rack=1").with("a2", ROOMY, "zone=a", "rack=1");
    nodes.with("a3", ROOMY, "zone=a", "rack=2").with("b1", ROOMY, "zone=b");

    List<String> placed = names(nodes.ask(WEB, need(Sizes.NANO), 8));

    assertThat(counts(placed))
        .containsExactlyInAnyOrderEntriesOf(Map.of("a1", 1L, "a2", 1L, "a3", 2L, "b1", 4L));
  }

  @Test
  void whatIsReplacedStaysAtHomeWhereThatIsAsGoodAsElsewhere() {
    nodes.with("a", ROOMY).with("b", ROOMY).with("c", ROOMY);
    nodes.place(WEB, 1, "a", Sizes.SMALL);
    nodes.place(WEB, 2, "b", Sizes.SMALL);

    assertThat(names(nodes.askAgain(WEB, need(Sizes.SMALL), "a", "b"))).containsExactly("a", "b");
  }

  @Test
  void whatIsReplacedLeavesAHomeThatHoldsMoreThanOthers() {
    nodes.with("a", ROOMY).with("b", ROOMY);
    nodes.place(WEB, 1, "a", Sizes.SMALL);
    nodes.place(WEB, 2, "a", Sizes.SMALL);

    assertThat(names(nodes.askAgain(WEB, need(Sizes.SMALL), "a"))).containsExactly("b");
  }

  @Test
  void aFullNodeIsPassedOverAndTheRestIsRefusedWithTheAmountMissing() {
    nodes.with("a", ONE_SMALL).with("b", ONE_SMALL);

    Placer.Answer answer = nodes.ask(WEB, need(Sizes.SMALL), 3);

    assertThat(answer.nodes())
        .containsExactly(
            Optional.of(new NodeId("a")), Optional.of(new NodeId("b")), Optional.empty());
    assertThat(answer.refusals().byRule())
        .containsExactly(Map.entry(Rule.MEMORY, new Count(2, 256)));
  }

  @ParameterizedTest
  @CsvSource({
    "255, 8000, 256, 1024, MEMORY 1",
    "256, 9, 256, 1024, CPU 10",
    "256, 8000, 200, 1024, PIDS 56",
    "256, 8000, 256, 1000, DISK 24"
  })
  void eachResourceIsAHardLimit(long memory, long cpu, long pids, long disk, String refusal) {
    nodes.with("a", new Capacity(memory, cpu, pids, disk));

    Rule rule = Rule.valueOf(refusal.split(" ", 2)[0]);
    assertRefused(need(Sizes.SMALL), rule, Long.parseLong(refusal.split(" ", 2)[1]));
  }

  @Test
  void aNodeWithoutAFreeAddressGetsNothing() {
    nodes.with("a", new Capacity(8192, 8000, 8192, 65_536, 1)).place(WEB, 1, "a", Sizes.NANO);

    assertRefused(need(Sizes.NANO), Rule.ADDRESSES, 1);
  }

  @Test
  void aNodeThatIsNotReadyGetsNothing() {
    nodes.put(Nodes.node("a", ROOMY));

    assertRefused(need(Sizes.SMALL), Rule.NOT_READY, 0);
  }

  @Test
  void aNodeThatFailsACheckGetsNothing() {
    nodes.put(Nodes.node("a", ROOMY));
    nodes.heard("a", "seccomp");

    assertRefused(need(Sizes.SMALL), Rule.UNVERIFIED, 0);
    assertThat(nodes.ask(WEB, need(Sizes.SMALL), 1).refusals().summary())
        .isEqualTo("no room on 1 node(s): 1 not verified (node-unverified)");
  }

  @Test
  void aNodeThatHasNotShownItsDefencesYetGetsNothing() {
    nodes.put(Nodes.node("a", ROOMY));
    nodes.see("a", Actual.NodeActual.heard(1, Instant.EPOCH, null));

    assertRefused(need(Sizes.SMALL), Rule.UNVERIFIED, 0);
  }

  @Test
  void aCordonedNodeGetsNothingUntilItIsOpenedAgain() {
    nodes.with("a", ROOMY);
    nodes.put(Nodes.node("a", ROOMY).with(NodePolicy.NONE.cordoned(true)));
    assertRefused(need(Sizes.SMALL), Rule.CORDONED, 0);

    nodes.put(Nodes.node("a", ROOMY));

    assertThat(names(nodes.ask(WEB, need(Sizes.SMALL), 1))).containsExactly("a");
  }

  @Test
  void aNodeOfATenantTakesNobodyElse() {
    nodes.with("a", ROOMY, "tenant=globex");

    assertRefused(need(Sizes.SMALL), Rule.DEDICATED, 0);
    assertThat(names(nodes.ask(WEB, need("globex", Sizes.SMALL.booked()), 1))).containsExactly("a");
  }

  @Test
  void anInstanceStaysInItsPool() {
    nodes.with("a", ROOMY, "pool=batch").with("b", ROOMY);

    assertThat(names(nodes.ask(WEB, Nodes.in("batch", need(Sizes.SMALL)), 2)))
        .containsExactly("a", "a");
    assertThat(nodes.ask(WEB, Nodes.in("none", need(Sizes.SMALL)), 1).refusals().byRule())
        .containsExactly(Map.entry(Rule.POOL, new Count(2, 0)));
  }

  @ParameterizedTest
  @CsvSource({
    "disk=fast, a",
    "disk!=fast, b",
    "'disk in (slow,slower)', b",
    "zone!=x, a",
    "arch=x86_64, a"
  })
  void labelsThatAreAskedForAreAHardRule(String requirement, String expected) {
    nodes.with("a", ROOMY, "disk=fast").with("b", ROOMY, "disk=slow");

    assertThat(names(nodes.ask(WEB, need(Sizes.SMALL, requirement), 1))).containsExactly(expected);
  }

  @Test
  void noNodeHasTheLabels() {
    nodes.with("a", ROOMY, "disk=fast");

    assertRefused(need(Sizes.SMALL, "disk=fast", "gpu=yes"), Rule.LABELS, 0);
  }

  @Test
  void withAntiAffinityANodeTakesOneOnly() {
    nodes.with("a", ROOMY).with("b", ROOMY);

    Placer.Answer answer = nodes.ask(WEB, Nodes.apart(need(Sizes.SMALL)), 3);

    assertThat(names(answer)).containsExactly("a", "b");
    assertThat(answer.refusals().byRule())
        .containsExactly(Map.entry(Rule.ANTI_AFFINITY, new Count(2, 0)));
  }

  @Test
  void withAntiAffinityAReplacementMayStandBesideWhatItReplacesAndNoOther() {
    nodes.with("a", ROOMY).with("b", ROOMY);
    nodes.place(WEB, 1, "a", Sizes.SMALL);
    nodes.place(WEB, 2, "b", Sizes.SMALL);

    assertThat(names(nodes.askAgain(WEB, Nodes.apart(need(Sizes.SMALL)), "a", "b")))
        .containsExactly("a", "b");
  }

  @Test
  void aPoolThatPacksFillsTheFullestNodeThatHasRoom() {
    nodes.with("a", ROOMY, "pool=tight").with("b", ROOMY, "pool=tight");
    nodes.with("c", ROOMY, "pool=tight").place(Nodes.type("worker"), 1, "b", Sizes.LARGE);

    assertThat(names(nodes.ask(WEB, Nodes.in("tight", need(Sizes.XLARGE)), 3)))
        .containsExactly("b", "c", "c");
  }

  @Test
  void amongEqualsANodeThatHasTheImageIsPreferred() {
    nodes.with("a", ROOMY).with("b", ROOMY).place(Nodes.type("worker"), 1, "b", Sizes.NANO);

    Placer.Answer answer =
        new SpreadPlacer()
            .place(
                new Placer.Group(
                    WEB,
                    need(Sizes.SMALL),
                    List.of(Optional.empty(), Optional.empty()),
                    List.of(new NodeId("b"))),
                nodes.index);

    assertThat(names(answer)).containsExactly("b", "a");
  }

  @Test
  void askingChangesNothing() {
    nodes.with("a", ONE_SMALL);

    assertThat(names(nodes.ask(WEB, need(Sizes.SMALL), 1))).containsExactly("a");
    assertThat(names(nodes.ask(WEB, need(Sizes.SMALL), 2))).containsExactly("a");
    assertThat(names(nodes.ask(WEB, need(Sizes.SMALL), 1))).containsExactly("a");
  }

  @Test
  void roomThatBecomesFreeIsSeenByWhatWasRefused() {
    nodes.with("a", ONE_SMALL);
    Placement first = nodes.place(WEB, 1, "a", Sizes.SMALL);
    assertRefused(need(Sizes.SMALL), Rule.MEMORY, 256);

    nodes.remove(first);

    assertThat(names(nodes.ask(WEB, need(Sizes.SMALL), 1))).containsExactly("a");
  }

  private void assertRefused(Need need, Rule rule, long missing) {
    Placer.Answer answer = nodes.ask(WEB, need, 1);

    assertThat(answer.nodes()).containsExactly(Optional.empty());
    assertThat(answer.refusals().byRule()).containsExactly(Map.entry(rule, new Count(1, missing)));
  }

  private static Map<String, Long> counts(List<String> names) {
    return names.stream()
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }
}

package dev.berth.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePolicy;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.Placement.Intent;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Size;
import dev.berth.scheduler.state.Sizes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded random clusters. */
class PlacementPropertiesTest {
  private static final List<Size> SIZES = Sizes.ALL.subList(0, 6);
  private static final int NODES = 60;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noNodeIsOverfullAndNoHardRuleIsBroken(long seed) {
    var random = new Random(seed);
    Nodes nodes = cluster(random, false);

    for (int step = 0; step < 150; step++) {
      act(nodes, random, step);
    }

    assertThat(nodes.state.nodes().values())
        .allSatisfy(node -> {
          Capacity all = Nodes.POOLS.named(node.pool()).promises(node.capacity());
          assertThat(all.holds(nodes.state.placements().bookedOn(node.id()))).isTrue();
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void theIndexAnswersAsOneMadeAnew(long seed) {
    var random = new Random(seed);
    Nodes nodes = cluster(random, false);

    for (int step = 0; step < 80; step++) {
      act(nodes, random, step);
      var anew = NodeIndex.of(Nodes.POOLS, nodes.state, nodes.actual);
      Placer.Group group = group(random, step);
      nodes.index.beginPass();
      assertThat(new SpreadPlacer().place(group, nodes.index))
          .isEqualTo(new SpreadPlacer().place(group, anew));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void theOrderInWhichNodesJoinedLeavesNoTrace(long seed) {
    var random = new Random(seed);
    Nodes nodes = cluster(random, false);
    for (int step = 0; step < 60; step++) {
      act(nodes, random, step);
    }
    var shuffled = new ArrayList<KnownNode>(nodes.state.nodes().values());
    Collections.shuffle(shuffled, random);
    var other = new NodeIndex(Nodes.POOLS);
    shuffled.forEach(other::put);
    nodes.index.beginPass();
    nodes.actual.nodes().forEach(other::see);
    nodes.state.placements().byId().values().forEach(placement -> other.put(null, placement));

    for (int question = 0; question < 20; question++) {
      Placer.Group group = group(random, question);
      assertThat(new SpreadPlacer().place(group, other))
          .isEqualTo(new SpreadPlacer().place(group, nodes.index));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33, 34, 35, 36})
  void aGroupPlacesAsManyAsOneByOne(long seed) {
    var random = new Random(seed);
    Nodes nodes = cluster(random, false);
    for (int step = 0; step < 100; step++) {
      act(nodes, random, step);
    }
    Size size = SIZES.get(random.nextInt(SIZES.size()));
    Need need = Nodes.need(size);
    ProcessTypeId type = Nodes.type("group");
    long grouped = nodes.ask(type, need, 400).placed();

    int single = 0;
    while (single < 400 && !nodes.settle(type, need, size, single + 1, single + 1).isEmpty()) {
      single++;
    }

    assertThat(grouped).isEqualTo(single);
  }

  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43, 44, 45, 46})
  void whereThereIsRoomEveryBeginningIsBalancedAlsoAfterReplacements(long seed) {
    var random = new Random(seed);
    Nodes nodes = cluster(random, true);
    ProcessTypeId type = Nodes.type("even");
    int count = 20 + random.nextInt(80);
    nodes.settle(type, Nodes.need(Sizes.NANO), Sizes.NANO, 1, count);

    for (int round = 0; round < 20; round++) {
      replace(nodes, type, 1 + random.nextInt(count));
    }

    for (int left = 1; left <= count; left++) {
      assertThat(skew(nodes, type, left, node -> node.label("zone", ""))).isLessThanOrEqualTo(1);
      assertThat(skew(nodes, type, left, KnownNode::id)).isLessThanOrEqualTo(1);
    }
  }

  /** Surge first: the new one is placed beside the old one, which then leaves. */
  private static void replace(Nodes nodes, ProcessTypeId type, int number) {
    Placement old =
        nodes.state.placements().of(type).stream()
            .filter(it -> it.instance().index() == number)
            .findFirst()
            .orElseThrow();
    Placer.Answer answer = nodes.askAgain(type, Nodes.need(Sizes.NANO), old.node().name());
    nodes.place(type, number, answer.nodes().getFirst().orElseThrow().name(), Sizes.NANO);
    nodes.remove(old);
  }

  private static int skew(
      Nodes nodes, ProcessTypeId type, int left, Function<KnownNode, Object> domain) {
    Map<Object, Integer> counts = new TreeMap<>();
    nodes.state.nodes().values().forEach(node -> counts.put(domain.apply(node), 0));
    for (Placement placement : nodes.state.placements().of(type)) {
      if (placement.instance().index() <= left) {
        KnownNode node = nodes.known(placement.node());
        counts.merge(domain.apply(node), 1, Integer::sum);
      }
    }
    return Collections.max(counts.values()) - Collections.min(counts.values());
  }

  /** Roomy and even, or of several kinds, some of them closed. */
  private static Nodes cluster(Random random, boolean even) {
    var nodes = new Nodes();
    int zones = even ? 3 : 1 + random.nextInt(4);
    for (int node = 0; node < NODES; node++) {
      var labels = new ArrayList<String>();
      labels.add("zone=z" + node % zones);
      labels.add("rack=r" + (even ? node / zones % 4 : random.nextInt(3)));
      if (!even) {
        label(random, labels);
      }
      int factor = even ? 4 : 1 << random.nextInt(4);
      nodes.with(
          "node-" + node,
          new Capacity(1024L * factor, 1000L * factor, 2048L * factor, 8192L * factor, 40),
          labels.toArray(String[]::new));
    }
    return nodes;
  }

  private static void label(Random random, List<String> labels) {
    if (random.nextInt(4) == 0) {
      labels.add("disk=fast");
    }
    if (random.nextInt(10) == 0) {
      labels.add("tenant=globex");
    }
    if (random.nextInt(4) == 0) {
      labels.add("pool=tight");
    }
  }

  private static Placer.Group group(Random random, int step) {
    Need need = Nodes.need(SIZES.get(random.nextInt(SIZES.size())));
    need = random.nextInt(4) == 0 ? Nodes.need("globex", need.capacity(), "disk=fast") : need;
    need = random.nextInt(5) == 0 ? Nodes.apart(need) : need;
    need = random.nextInt(4) == 0 ? Nodes.in("tight", need) : need;
    return Placer.Group.of(Nodes.type("type-" + step % 12), need, 1 + random.nextInt(12));
  }

  private static void act(Nodes nodes, Random random, int step) {
    switch (random.nextInt(6)) {
      case 0 -> leave(nodes, random);
      case 1 -> turn(nodes, random);
      default -> {
        Placer.Group group = group(random, step);
        Placer.Answer answer = new SpreadPlacer().place(group, nodes.index);
        for (Optional<NodeId> node : answer.nodes()) {
          node.ifPresent(id -> enter(nodes, group, id, step));
        }
      }
    }
  }

  private static void enter(Nodes nodes, Placer.Group group, NodeId id, int step) {
    Size size =
        SIZES.stream().filter(it -> it.booked().equals(group.need().capacity())).findFirst().get();
    assertThat(refusals(nodes, group, id)).isEmpty();
    nodes.place(group.type(), step + 1, id.name(), size);
  }

  /** By the rules as `why` reads them, which knows no index. */
  private static List<NodeRefusal> refusals(Nodes nodes, Placer.Group group, NodeId id) {
    int held =
        (int)
            nodes.state.placements().of(group.type()).stream()
                .filter(it -> it.isWanted() && it.node().equals(id))
                .count();
    KnownNode node = nodes.known(id);
    var candidate =
        new NodeRefusal.Candidate(
            node,
            nodes.actual.liveness(id),
            nodes.actual.isVerified(id),
            nodes.state.placements().bookedOn(id),
            held);
    return NodeRefusal.all(candidate, group.need(), Nodes.POOLS);
  }

  private static void leave(Nodes nodes, Random random) {
    var placements = List.copyOf(nodes.state.placements().byId().values());
    if (!placements.isEmpty()) {
      Placement placement = placements.get(random.nextInt(placements.size()));
      if (placement.isWanted() && random.nextBoolean()) {
        nodes.put(placement.with(Intent.DRAINING, Instant.EPOCH));
      } else {
        nodes.remove(placement);
      }
    }
  }

  private static void turn(Nodes nodes, Random random) {
    String name = "node-" + random.nextInt(NODES);
    KnownNode node = nodes.known(new NodeId(name));
    switch (random.nextInt(4)) {
      case 0 -> nodes.put(node.with(NodePolicy.NONE.cordoned(random.nextBoolean())));
      case 1 -> nodes.heard(name, "seccomp");
      case 2 ->
          nodes.see(name, Actual.NodeActual.unheard(Instant.EPOCH, Actual.Liveness.UNREACHABLE));
      default -> nodes.heard(name);
    }
  }
}

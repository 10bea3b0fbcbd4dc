package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodePool;
import dev.berth.scheduler.state.Placement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random commands and faults: what must always hold holds, and in the end all converges. */
class RandomClusterTest {
  private static final int STEPS = 300;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void staysWithinItsBoundsAndConverges(long seed) {
    var random = new Random(seed);
    TestCluster cluster = TestCluster.withNodes(3);
    cluster.deploy("web", "worker");

    for (int step = 0; step < STEPS; step++) {
      cluster = disturb(cluster, random);
      cluster.pass(Duration.ofMillis(random.nextInt(3000)));
      checkCapacity(cluster);
      checkIndexes(cluster);
    }

    cluster.agents().forEach(cluster::reconnect);
    cluster.connectRouter();
    cluster.routerAnswers(true);
    cluster.run(Duration.ofMinutes(3));
    checkConverged(cluster);
    cluster.takeChanges();
    cluster.run(Duration.ofSeconds(30));
    assertThat(cluster.takeChanges()).isEmpty();
  }

  private static TestCluster disturb(TestCluster cluster, Random random) {
    TestAgent agent = cluster.agent("node-" + (1 + random.nextInt(3)));
    switch (random.nextInt(14)) {
      case 0, 1 -> cluster.scale("web", random.nextInt(12));
      case 2 -> cluster.scale("worker", random.nextInt(12));
      case 3 -> cluster.deploy("web", "worker");
      case 4 -> cluster.operator(new Command.Restart(TestCluster.SHOP, "web"));
      case 5 -> agent.fallSilent();
      case 6, 7 -> cluster.reconnect(agent);
      case 8 -> {
        agent.loseEverything();
        cluster.reconnect(agent);
      }
      case 9 -> cluster.routerAnswers(random.nextBoolean());
      case 10 -> cluster.run(Duration.ofSeconds(random.nextInt(80)));
      case 11 -> {
        if (random.nextInt(4) == 0) {
          return cluster.takenOver();
        }
      }
      default -> {}
    }
    return cluster;
  }

  private static void checkCapacity(TestCluster cluster) {
    for (KnownNode node : cluster.state().nodes().values()) {
      Capacity booked = cluster.state().placements().bookedOn(node.id());
      Capacity sum = Capacity.NONE;
      for (Placement placement : cluster.state().placements().on(node.id())) {
        sum = sum.plus(placement.size().booked());
      }
      assertThat(booked).isEqualTo(sum);
      assertThat(NodePool.standard("").promises(node.capacity()).holds(booked)).isTrue();
    }
  }

  /** At most one of each index is wanted, save while one replaces the other. */
  private static void checkIndexes(TestCluster cluster) {
    var wanted = new TreeMap<InstanceId, Integer>();
    for (Placement placement : cluster.state().placements().byId().values()) {
      if (placement.isWanted()) {
        wanted.merge(placement.instance(), 1, Integer::sum);
      }
    }
    assertThat(wanted.values()).allMatch(count -> count <= 2);
  }

  private static int wanted(TestCluster cluster, String type) {
    return cluster.shop().formation().getOrDefault(type, new Formation(0, "small")).count();
  }

  private static void checkConverged(TestCluster cluster) {
    assertThat(cluster.snapshot().routesReady()).isTrue();
    for (String type : List.of("web", "worker")) {
      int count = wanted(cluster, type);
      assertThat(cluster.placements(type))
          .hasSize(count)
          .allMatch(placement -> placement.intent() == Placement.Intent.RUN)
          .allMatch(placement -> placement.wanted().release() == cluster.shop().release().number());
    }
    assertThat(cluster.routed()).hasSize(wanted(cluster, "web"));
  }
}

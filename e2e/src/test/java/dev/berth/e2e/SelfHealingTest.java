package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.proto.v1.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("cluster")
@Tag("root")
class SelfHealingTest {
  private static final String SHOP = "acme/shop";
  private static final String BROKEN = "acme/broken";

  private static Stage<ThrowawayCluster> stage;

  @BeforeAll
  static void oneAppThatServesAndOneThatCrashes() {
    stage = Stage.withOneNode();
    stage.cluster.publishBase("busybox");
    stage.createTenant("acme");
    stage.createAppOnBusybox(SHOP);
    stage.createAppOnBusybox(BROKEN);
    stage.deploy(SHOP, Stage.testApp("quick"));
    stage.deploy(BROKEN, Stage.testApp("crash"));
    stage.scale(SHOP, "web", 1);
  }

  @AfterAll
  static void takeDown() {
    if (stage != null) {
      stage.close();
    }
  }

  @Test
  void aKilledInstanceRunsAndIsRoutedAgainWithinTwoSecondsWithANewIncarnation() {
    stage.deadline.until("an answer", Stage.SOON, () -> stage.get(SHOP, "/").status() == 200);
    Instance before = stage.instances(SHOP, "web").getFirst();
    String page = stage.get(SHOP, "/").text();
    long pid = stage.cluster.processes().first(SHOP, "web.1").orElseThrow();

    ProcessHandle.of(pid).orElseThrow().destroyForcibly();

    Duration taken =
        stage.deadline.until(
            "an answer of the next incarnation",
            Duration.ofSeconds(2),
            () -> {
              var answer = stage.get(SHOP, "/");
              return answer.status() == 200 && !answer.text().equals(page);
            });
    assertThat(taken).isLessThan(Duration.ofSeconds(2));
    stage.awaitRunning(SHOP, "web", 1);
    Instance after = stage.instances(SHOP, "web").getFirst();
    assertThat(after.getPlacementId()).isEqualTo(before.getPlacementId());
    assertThat(after.getIncarnation()).isEqualTo(before.getIncarnation() + 1);
    assertThat(after.getLastExit().getCode()).isEqualTo(128 + 9);
  }

  @Test
  void aCrashLoopBacksOffExponentiallyAndPsShowsTheNextTry() {
    stage.api.scale(BROKEN, "crash", 1);

    TreeMap<Integer, Long> waits = new TreeMap<>();
    stage.deadline.until(
        "four waits of a crash loop",
        Stage.SOON,
        () -> {
          stage.instances(BROKEN, "crash").stream()
              .filter(it -> it.getPhase() == Instance.Phase.BACKOFF)
              .forEach(it ->
                  waits.put(it.getIncarnation(), it.getNextStartAt() - it.getLastExit().getAt()));
          return waits.values().stream().filter(wait -> wait >= 500).count() >= 3;
        });

    List<Long> real = new ArrayList<>(waits.values().stream().filter(it -> it >= 500).toList());
    assertThat(real.get(1)).isBetween(real.get(0) * 3 / 2, real.get(0) * 3);
    assertThat(real.get(2)).isBetween(real.get(1) * 3 / 2, real.get(1) * 3);
    String table = stage.cluster.berth("ps", "-a", BROKEN).out();
    assertThat(table).contains("crash.1").containsIgnoringCase("next");
    assertThat(stage.cluster.berth("ps", "-a", BROKEN, "--json").out()).contains("nextStartAt");
    stage.scale(BROKEN, "crash", 0);
  }
}

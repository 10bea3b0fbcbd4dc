package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.HistoryEvent;
import dev.berth.scheduler.state.Placement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PriorityTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final TestCluster cluster = TestCluster.withNodes(0);

  @BeforeEach
  void oneNodeWithRoomForTwo() {
    cluster.connect("node-1", new Capacity(512, 8000, 8192, 65_536));
    cluster.deploy("batch", "worker", "web");
    scale("web", 0, "");
    cluster.run(LONG);
  }

  @Test
  void aHigherPriorityTakesThePlaceOfALowerOneAndTheLowerOneWaits() {
    scale("batch", 2, "low");
    cluster.run(LONG);

    scale("worker", 1, "high");
    cluster.run(LONG);

    assertThat(running("worker")).isEqualTo(1);
    assertThat(running("batch")).isEqualTo(1);
    assertThat(cluster.snapshot().pending()).hasSize(1);
    assertThat(preemptions())
        .singleElement()
        .satisfies(
            event -> assertThat(event.message()).contains("makes room for acme/shop/worker.1"));
  }

  @Test
  void noMoreLeaveThanAreInTheWay() {
    scale("batch", 2, "preemptible");
    cluster.run(LONG);

    scale("worker", 1, "");
    for (int second = 0; second < 40; second++) {
      cluster.pass(Duration.ofSeconds(1));
    }

    assertThat(preemptions()).hasSize(1);
    assertThat(running("batch")).isEqualTo(1);
  }

  @Test
  void equalsDoNotPushEachOtherOut() {
    scale("batch", 2, "");
    cluster.run(LONG);

    scale("worker", 1, "");
    cluster.run(LONG);

    assertThat(preemptions()).isEmpty();
    assertThat(running("batch")).isEqualTo(2);
  }

  @Test
  void whatWasPushedOutComesBackWhenThereIsRoom() {
    scale("batch", 2, "low");
    cluster.run(LONG);
    scale("worker", 1, "high");
    cluster.run(LONG);

    cluster.connect("node-2", new Capacity(512, 8000, 8192, 65_536));
    cluster.run(LONG);

    assertThat(running("batch")).isEqualTo(2);
    assertThat(cluster.snapshot().pending()).isEmpty();
  }

  @Test
  void roomThatBecomesFreeGoesToTheHighestPriorityFirst() {
    scale("web", 2, "high");
    cluster.run(LONG);
    scale("batch", 1, "low");
    scale("worker", 1, "");
    cluster.run(LONG);

    scale("web", 1, "");
    cluster.run(LONG);

    assertThat(running("worker")).isEqualTo(1);
    assertThat(running("batch")).isZero();
  }

  private void scale(String type, int count, String priority) {
    var demands = new Command.DemandChange(null, null, priority);
    cluster.operator(
        new Command.Scale(
            TestCluster.SHOP, List.of(new Command.ScaleChange(type, count, "small", demands))));
  }

  private long running(String type) {
    return cluster.placements(type).stream().filter(Placement::isWanted).count();
  }

  private List<HistoryEvent> preemptions() {
    return cluster.snapshot().history().values().stream()
        .filter(event -> event.kind().equals("instance.preempted"))
        .toList();
  }
}

package dev.berth.agent.order;

import static dev.berth.agent.order.SampleOrders.run;
import static dev.berth.agent.order.SampleOrders.stop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class OrdersTest {
  private final Orders orders = accepted(Orders.none().receive(snapshot(5, 10, run(1), run(2))));

  @Test
  void nothingIsKnownBeforeTheFirstWord() {
    assertThat(Orders.none().known()).isFalse();
    assertThat(orders.known()).isTrue();
  }

  @Test
  void aFullStateReplacesEverything() {
    Orders next = accepted(orders.receive(snapshot(5, 11, run(2), run(3))));

    assertThat(next.byId()).containsOnlyKeys(new PlacementId(2), new PlacementId(3));
  }

  @Test
  void aFullStateOfAnOldEpochIsRefused() {
    assertThat(orders.receive(snapshot(4, 99))).isInstanceOf(Reception.Refused.class);
  }

  @Test
  void aFullStateOfAnOlderRevisionIsRefused() {
    assertThat(orders.receive(snapshot(5, 9))).isInstanceOf(Reception.Refused.class);
  }

  @Test
  void aNewEpochMayCountItsRevisionsAnew() {
    assertThat(accepted(orders.receive(snapshot(6, 1))).revision()).isEqualTo(1);
  }

  @Test
  void aChangeAddsAndDrops() {
    Orders next = accepted(orders.receive(delta(5, 10, 12, List.of(1L), run(7))));

    assertThat(next.byId()).containsOnlyKeys(new PlacementId(2), new PlacementId(7));
    assertThat(next.revision()).isEqualTo(12);
  }

  @Test
  void aRepeatedChangeChangesNothing() {
    assertThat(orders.receive(delta(5, 9, 10, List.of(1L)))).isInstanceOf(Reception.Repeated.class);
  }

  @Test
  void aChangeMaySayMoreAboutTheSameRevision() {
    Orders next = accepted(orders.receive(delta(5, 10, 10, List.of(), run(7))));

    assertThat(next.of(new PlacementId(7))).isPresent();
    assertThat(next.revision()).isEqualTo(10);
  }

  @Test
  void aStopThatComesWithoutASpecificationKeepsTheEarlierOne() {
    Order bare =
        SampleOrders.order(1, Target.STOP, new HealthCheck.Tcp(HealthCheck.Timing.DEFAULT));

    Orders next = accepted(orders.receive(delta(5, 10, 11, List.of(), bare)));

    assertThat(next.of(new PlacementId(1))).contains(stop(1));
  }

  @Test
  void aChangeAfterAGapIsRefused() {
    assertThat(orders.receive(delta(5, 11, 12, List.of()))).isInstanceOf(Reception.Refused.class);
  }

  @Test
  void aChangeOfAnOldEpochIsRefused() {
    assertThat(orders.receive(delta(4, 10, 11, List.of()))).isInstanceOf(Reception.Refused.class);
  }

  @Test
  void aChangeOfAnEpochWithoutItsFullStateIsRefused() {
    assertThat(orders.receive(delta(6, 10, 11, List.of()))).isInstanceOf(Reception.Refused.class);
  }

  @Test
  void whatWasToldToStopIsNeverRunAgain() {
    Orders stopping = accepted(orders.receive(delta(5, 10, 11, List.of(), stop(1))));
    Orders next = accepted(stopping.receive(snapshot(6, 1, run(1), run(2))));

    assertThat(next.of(new PlacementId(1)).map(Order::target)).contains(Target.STOP);
    assertThat(next.of(new PlacementId(2)).map(Order::target)).contains(Target.RUN);
  }

  @Test
  void aPlacementIsOrderedOnce() {
    assertThatThrownBy(() -> orders.receive(snapshot(5, 11, run(1), run(1))))
        .hasMessageContaining("placement 1 is ordered twice");
  }

  private static Snapshot snapshot(long epoch, long revision, Order... orders) {
    return new Snapshot(epoch, revision, List.of(orders));
  }

  private static Delta delta(long epoch, long from, long to, List<Long> dropped, Order... orders) {
    return new Delta(
        epoch, from, to, List.of(orders), dropped.stream().map(PlacementId::new).toList());
  }

  private static Orders accepted(Reception reception) {
    return ((Reception.Accepted) reception).orders();
  }
}

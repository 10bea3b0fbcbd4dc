package dev.berth.scheduler.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.proto.v1.PlacementSignals;
import dev.berth.proto.v1.RouterSignals;
import dev.berth.scheduler.control.TestCluster;
import dev.berth.scheduler.state.Signals;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignalDeskTest {
  private final TestCluster cluster = TestCluster.withNodes(1);
  private Instant now = Instant.parse("2026-01-01T01:00:00Z");
  private final SignalDesk desk = new SignalDesk(() -> now);

  @BeforeEach
  void deploy() {
    cluster.deploy("web");
    cluster.scale("web", 1);
    cluster.run(Duration.ofSeconds(3));
  }

  @Test
  void signalsAreFiledUnderWhatTheInstanceIsMadeOf() {
    long id = cluster.placements("web").getFirst().id().value();

    assertThat(tell(signals(id, 2))).as("not before its time").isEmpty();
    now = now.plusSeconds(2);
    Signals told = tell(signals(id, 3)).orElseThrow();

    assertThat(told.of(TestCluster.SHOP_ID))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.processType()).isEqualTo("web");
          assertThat(row.release()).isEqualTo(1);
          assertThat(row.baseVersion()).isEqualTo(1);
          assertThat(row.whole().errors()).isEqualTo(5);
        });
    assertThat(told.routers()).containsKey("r-1");
  }

  @Test
  void instancesThatAreGoneArePassedOverAndLostOnesCounted() {
    now = now.plusSeconds(2);

    Signals told = tell(signals(999_999, 3).setLostRequests(7)).orElseThrow();

    assertThat(told.apps()).isEmpty();
    assertThat(desk.lost()).isEqualTo(7);
  }

  @Test
  void aBeatOfSeveralMessagesIsSummedUpOnce() {
    now = now.plusSeconds(2);

    assertThat(tell(signals(1, 1).setMore(true))).isEmpty();
    assertThat(tell(signals(1, 1))).isPresent();
    assertThat(tell(signals(1, 1))).isEmpty();
  }

  private Optional<Signals> tell(RouterSignals.Builder signals) {
    return desk.take("r-1", signals.build(), cluster.snapshot());
  }

  private static RouterSignals.Builder signals(long placement, long errors) {
    return RouterSignals.newBuilder()
        .addPlacements(PlacementSignals.newBuilder().setPlacementId(placement).setErrors(errors));
  }
}

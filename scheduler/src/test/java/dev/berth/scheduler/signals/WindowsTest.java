package dev.berth.scheduler.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Signals;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowsTest {
  private static final AppId SHOP = AppId.of("acme", "shop");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Windows windows = new Windows(START);

  @Test
  void instancesOfOneReleaseAreSummedAndOthersKeptApart() {
    add(1, 1, 0);
    add(2, 1, 0);
    add(3, 2, 0);

    assertThat(at(1).of(SHOP))
        .extracting(Signals.Row::release, row -> row.whole().requests())
        .containsExactlyInAnyOrder(
            org.assertj.core.api.Assertions.tuple(1, 20L),
            org.assertj.core.api.Assertions.tuple(2, 10L));
  }

  @Test
  void onlyTheLastTwoMinutesCountAndOfTheRecentOnlyWholeSlots() {
    for (int second = 0; second < 300; second += 10) {
      add(1, 1, second);
    }

    Signals.Row row = at(299).of(SHOP).getFirst();
    assertThat(row.whole().requests()).isEqualTo(120);
    assertThat(row.recent().requests()).isEqualTo(30);
  }

  @Test
  void theLastTwoMinutesOfWhatWasReplacedAreKeptForAQuarterOfAnHour() {
    add(1, 1, 0);

    assertThat(at(14 * 60).of(SHOP).getFirst().whole().requests()).isEqualTo(10);
    assertThat(at(14 * 60).of(SHOP).getFirst().recent().requests()).isZero();
    assertThat(at(16 * 60).of(SHOP)).isEmpty();
    assertThat(windows.size()).isZero();
  }

  @Test
  void aRouterThatWasSilentForAWhileBeginsAnew() {
    windows.told("r", START);
    windows.told("r", START.plusSeconds(9));
    assertThat(at(10).routers()).containsEntry("r", START);

    windows.told("r", START.plusSeconds(30));
    assertThat(at(31).routers()).containsEntry("r", START.plusSeconds(30));
    assertThat(at(41).routers()).isEmpty();
  }

  @Test
  void percentilesAreWithinTheirBucket() {
    windows.add(
        placement(1, 1),
        new Counted(0, 0, List.of(0L, 0L, 50L, 0L, 0L, 0L, 0L, 0L, 45L, 5L)),
        START);

    var whole = at(1).of(SHOP).getFirst().whole();
    assertThat(whole.latencyMicros(50)).isBetween(2000L, 4000L);
    assertThat(whole.latencyMicros(95)).isBetween(128_000L, 256_000L);
    assertThat(whole.latencyMicros(99)).isBetween(256_000L, 512_000L);
  }

  @Test
  void beyondItsBoundItCountsWhatItPassesOver() {
    for (int release = 1; release <= Windows.MAX_GROUPS + 3; release++) {
      add(1, release, 0);
    }

    assertThat(windows.size()).isEqualTo(Windows.MAX_GROUPS);
    assertThat(windows.passedOver()).isEqualTo(3);
  }

  @Test
  void aRouterThatSendsNonsenseIsHeldWithinBounds() {
    windows.add(placement(1, 1), new Counted(-5, Long.MAX_VALUE, List.of(-1L)), START);

    var whole = at(1).of(SHOP).getFirst().whole();
    assertThat(whole.failed()).isZero();
    assertThat(whole.errors()).isEqualTo(1_000_000);
  }

  private Signals at(int second) {
    return windows.view(START.plusSeconds(second));
  }

  /** Ten quick answers. */
  private void add(long id, int release, int second) {
    windows.add(placement(id, release), new Counted(0, 0, List.of(10L)), START.plusSeconds(second));
  }

  private static Placement placement(long id, int release) {
    return new Placement(
        new PlacementId(id),
        new InstanceId(new ProcessTypeId(SHOP, "web"), 1),
        new NodeId("n"),
        new Placement.Wanted(release, "debian-12", 1, "small", 0),
        Placement.Intent.RUN,
        START.minus(Duration.ofHours(1)));
  }
}

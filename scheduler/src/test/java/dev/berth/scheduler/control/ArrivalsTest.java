package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.ProcessTypeId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final ProcessTypeId WEB = new ProcessTypeId(AppId.of("acme", "shop"), "web");
  private static final ProcessTypeId WORKER = new ProcessTypeId(AppId.of("acme", "shop"), "worker");

  private final Arrivals arrivals = new Arrivals();

  @Test
  void theFirstNewsOfALargeProcessTypeIsLookedAtAtOnce() {
    arrivals.add(WEB);

    assertThat(arrivals.next()).isBefore(NOW);
    assertThat(arrivals.take(NOW)).containsExactly(WEB);
    assertThat(arrivals.take(NOW)).isEmpty();
    assertThat(arrivals.next()).isEqualTo(Instant.MAX);
  }

  @Test
  void furtherNewsWaitsAsManyMillisecondsAsThereArePlacements() {
    arrivals.looked(WEB, 300, NOW);
    arrivals.add(WEB);

    assertThat(arrivals.next()).isEqualTo(NOW.plusMillis(300));
    assertThat(arrivals.take(NOW.plusMillis(299))).isEmpty();
    assertThat(arrivals.take(NOW.plusMillis(300))).containsExactly(WEB);
  }

  @Test
  void nobodyWaitsForMoreThanASecond() {
    arrivals.looked(WEB, 50_000, NOW);
    arrivals.add(WEB);

    assertThat(arrivals.next()).isEqualTo(NOW.plusSeconds(1));
  }

  @Test
  void smallProcessTypesDoNotWait() {
    arrivals.looked(WEB, Arrivals.SMALL + 1, NOW);
    arrivals.looked(WEB, Arrivals.SMALL, NOW);
    arrivals.looked(WORKER, 1, NOW);
    arrivals.add(WORKER);
    arrivals.add(WEB);

    assertThat(arrivals.take(NOW)).containsExactly(WEB, WORKER);
  }

  @Test
  void whatWasLookedAtForAnotherReasonWaitsNoMore() {
    arrivals.add(WEB);
    arrivals.looked(WEB, 300, NOW);

    assertThat(arrivals.take(NOW.plusSeconds(10))).isEmpty();
  }
}

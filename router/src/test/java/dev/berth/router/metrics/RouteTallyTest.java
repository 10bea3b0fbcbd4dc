package dev.berth.router.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTallyTest {
  private final LoopTallies tallies = new LoopTallies();

  @ParameterizedTest
  @CsvSource({
    "-5, 0",
    "0, 0",
    "999_999, 0",
    "1_000_000, 1",
    "1_999_999, 1",
    "2_000_000, 2",
    "16_383_999_999, 14",
    "16_384_000_000, 15",
    "9_000_000_000_000, 15"
  })
  void aLatencyFallsIntoTheBucketThatDoublesWithEach(String nanos, int bucket) {
    assertThat(RouteTally.bucket(Long.parseLong(nanos.replace("_", "")))).isEqualTo(bucket);
  }

  @Test
  void whatWasTakenIsNotTakenAgainAndQuietRoutesAreNotTakenAtAll() {
    RouteTally busy = tallies.of(1);
    tallies.of(2);
    busy.answered(200, 0);
    busy.answered(503, 3_000_000);
    busy.erred();

    assertThat(tallies.take(10)).containsExactly(new RouteSignals(1, 1, 1, List.of(1L, 0L, 1L)));
    assertThat(tallies.take(10)).isEmpty();

    busy.answered(200, 0);
    assertThat(tallies.take(10)).containsExactly(new RouteSignals(1, 0, 0, List.of(1L)));
  }

  @Test
  void whatIsBeyondTheLimitIsCountedOnAndComesNextTime() {
    RouteTally first = tallies.of(1);
    RouteTally second = tallies.of(2);
    first.erred();
    second.erred();

    assertThat(tallies.take(1)).extracting(RouteSignals::placementId).containsExactly(1L);
    second.erred();
    assertThat(tallies.take(1)).containsExactly(new RouteSignals(2, 0, 2, List.of()));
  }
}

package dev.berth.scheduler.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
  private static final AppId SHOP = AppId.of("acme", "shop");

  @ParameterizedTest(name = "{0} of {1} bad against {2} of {3}: worse {4}")
  @CsvSource({
    "0, 1000, 0, 1000, false",
    "5, 20, 0, 20, true",
    "4, 20, 0, 20, false", // too few bad ones
    "5, 19, 0, 1000, false", // too few requests
    "5, 20, 0, 19, false", // nothing to compare with
    "20, 1000, 0, 1000, false", // just within the margin
    "21, 1000, 0, 1000, true",
    "320, 1000, 300, 1000, false", // it always failed that often
    "321, 1000, 300, 1000, true",
    "1000, 1000, 1000, 1000, false",
    "0, 1000, 1000, 1000, false"
  })
  void whatFailsMoreOftenByMoreThanTheMarginIsWorse(
      int bad, int requests, int badBefore, int before, boolean worse) {
    var comparison = new Comparison(traffic(requests, bad, 3), traffic(before, badBefore, 3));

    assertThat(comparison.isWorse()).isEqualTo(worse);
  }

  @ParameterizedTest(name = "{0} answers in bucket {1} against {2} in bucket {3}: worse {4}")
  @CsvSource({
    "500, 10, 500, 6, true", // below 1024 ms against below 64 ms
    "499, 10, 500, 6, false",
    "500, 10, 499, 6, false",
    "500, 7, 500, 6, false", // twice as long, but not by 100 ms more
    "500, 10, 500, 10, false",
    "500, 12, 500, 10, true"
  })
  void whatIsMuchSlowerIsWorse(
      int answers, int bucket, int before, int bucketBefore, boolean worse) {
    var comparison = new Comparison(traffic(answers, 0, bucket), traffic(before, 0, bucketBefore));

    assertThat(comparison.isWorse()).isEqualTo(worse);
  }

  @Test
  void itSaysWhatIsWorse() {
    assertThat(new Comparison(traffic(60, 40, 3), traffic(900, 0, 3)).words())
        .isEqualTo("5xx or no answer: 40 of 60 requests, before 0 of 900");
    assertThat(new Comparison(traffic(600, 0, 12), traffic(900, 0, 4)).words())
        .startsWith("p95 latency is 3993 ms, before 15 ms");
  }

  @Test
  void releasesAreComparedOverAllProcessTypesAndBasesWithinOneRelease() {
    var signals =
        new Signals(
            Instant.EPOCH,
            Instant.EPOCH,
            Map.of(),
            Map.of(
                SHOP,
                List.of(
                    row("web", 1, 1, traffic(10, 1, 0)),
                    row("api", 1, 2, traffic(20, 2, 0)),
                    row("web", 2, 2, traffic(40, 4, 0)))));

    assertThat(Comparison.ofReleases(signals, SHOP, 2, 1).fresh().requests()).isEqualTo(40);
    assertThat(Comparison.ofReleases(signals, SHOP, 2, 1).old().bad()).isEqualTo(3);
    assertThat(Comparison.ofBases(signals, SHOP, 1, 2, 1).fresh().requests()).isEqualTo(20);
    assertThat(Comparison.ofBases(signals, SHOP, 1, 2, 1).old().requests()).isEqualTo(10);
    assertThat(Comparison.ofReleases(signals, AppId.of("a", "b"), 2, 1).isKnown()).isFalse();
  }

  private static Signals.Row row(String type, int release, int base, Traffic whole) {
    return new Signals.Row(type, release, base, Traffic.NONE, whole);
  }

  private static Traffic traffic(int requests, int bad, int bucket) {
    long[] latency = new long[Traffic.BUCKETS];
    latency[bucket] = requests;
    return new Traffic(bad, 0, latency);
  }
}

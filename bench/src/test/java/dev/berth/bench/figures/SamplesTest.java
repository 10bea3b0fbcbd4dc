package dev.berth.bench.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SamplesTest {
  @Test
  void aPercentileIsASampleThatWasReallyMeasured() {
    Samples samples =
        Samples.of(LongStream.rangeClosed(1, 200).mapToObj(Duration::ofMillis).toList());

    assertThat(samples.percentileMillis(0.5)).isEqualTo(100);
    assertThat(samples.percentileMillis(0.99)).isEqualTo(198);
    assertThat(samples.percentileMillis(1)).isEqualTo(200);
  }

  @Test
  void nothingMeasuredIsNoResult() {
    assertThatThrownBy(() -> Samples.of(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aReportSaysTheSameAsTableAndAsJson() {
    Report report =
        new Report("start", "a \"quiet\" machine", List.of(Row.of("berth", "p50 ms", 12.25)));

    assertThat(report.table()).contains("berth").contains("p50 ms").contains("12.3");
    assertThat(report.json())
        .isEqualTo(
            "{\"benchmark\":\"start\",\"conditions\":\"a \\\"quiet\\\" machine\","
                + "\"rows\":[{\"what\":\"berth\",\"p50 ms\":12.3}]}");
  }
}

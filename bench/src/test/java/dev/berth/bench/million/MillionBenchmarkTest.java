package dev.berth.bench.million;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The smallest form of the benchmark, so that it does not rot. */
class MillionBenchmarkTest {
  @Test
  void aSmallClusterFillsAndChangesItsLeaderWithNoInstanceTouched() throws Exception {
    var dimensions = new Dimensions(20, 200, 20, 4, 256, Duration.ofSeconds(1), 5);
    List<String> stages = List.of(MillionBenchmark.ALL.split(",", -1));

    Report report = new MillionBenchmark(dimensions, stages, System::nanoTime).run();

    assertThat(value(report, "cold: instances touched")).isZero();
    assertThat(value(report, "warm: instances touched")).isZero();
  }

  private static double value(Report report, String what) {
    return report.rows().stream()
        .filter(row -> row.what().equals(what))
        .map(Row::figures)
        .mapToDouble(figures -> figures.getOrDefault("value", -1.0))
        .findFirst()
        .orElseThrow();
  }
}

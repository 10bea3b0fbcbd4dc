package dev.berth.bench.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackingTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void packsWithinThreePercentOfTheBestOfFiftyRuns(long seed) {
    Work work = BorgLike.of(150, 0.6, seed);

    assertThat(Packing.berth(work)).isLessThanOrEqualTo(1.03 * BestFit.best(work, 50, seed));
  }

  @Test
  void theWorkIsMadeOfMiceAndElephants() {
    Work work = BorgLike.of(1000, 0.6, 1);
    long[] largestFirst =
        work.jobs().stream()
            .map(job -> job.instances() * job.request().cpuMillis())
            .sorted(Comparator.reverseOrder())
            .mapToLong(Long::longValue)
            .toArray();

    long all = IntStream.range(0, largestFirst.length).mapToLong(at -> largestFirst[at]).sum();
    long elephants =
        IntStream.range(0, largestFirst.length / 10).mapToLong(at -> largestFirst[at]).sum();

    assertThat(elephants).isGreaterThan(all * 3 / 4);
  }
}

package dev.berth.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.simulation.run.Run;
import dev.berth.simulation.run.Seeds;
import dev.berth.simulation.schedule.Plan;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fixed set of seeds, run with every build. */
class SimulationTest {
  /** One round of faults and peace. */
  private static final Duration ROUND = Duration.ofMinutes(16);

  private static final int SEEDS = 60;

  @Test
  void noInvariantIsBroken() throws Exception {
    try (var seeds = new Seeds(ROUND)) {
      List<String> broken =
          LongStream.rangeClosed(1, SEEDS)
              .parallel()
              .mapToObj(seeds::run)
              .filter(result -> result.violation().isPresent())
              .map(result -> result.seed() + ": " + result.violation().orElseThrow().getMessage())
              .toList();

      assertThat(broken).isEmpty();
    }
  }

  @Test
  void theSameSeedIsTheSameRun() throws Exception {
    try (var seeds = new Seeds(ROUND)) {
      Run.Result one = seeds.run(7);
      Run.Result again = seeds.run(7);

      assertThat(again.hash()).isEqualTo(one.hash());
      assertThat(again.steps()).isEqualTo(one.steps());
      assertThat(seeds.run(8).hash()).isNotEqualTo(one.hash());
    }
  }

  @Test
  void aRunFollowsFromItsPlanToo() throws Exception {
    try (var seeds = new Seeds(ROUND)) {
      Plan plan = Plan.of(7, ROUND);
      Plan fewer = plan.with(plan.acts().subList(0, plan.acts().size() / 2));

      assertThat(seeds.run(7, fewer).hash())
          .isEqualTo(seeds.run(7, fewer).hash())
          .isNotEqualTo(seeds.run(7, plan).hash());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void nodesThatComeAndGoMoveNothingBackAndForth(long seed) throws Exception {
    try (var seeds = new Seeds(Duration.ofHours(3))) {
      assertThat(seeds.tide(seed).violation()).isEmpty();
    }
  }

  @Test
  void usersAreServedMeanwhile() throws Exception {
    try (var seeds = new Seeds(ROUND)) {
      assertThat(seeds.run(3).accepted()).isGreaterThan(20);
    }
  }
}

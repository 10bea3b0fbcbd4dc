package dev.berth.scheduler.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimersTest {
  @Test
  void afterAChangeOfLeaderNobodyIsGivenUpSoonerThanOtherwise() {
    Timers timers =
        Timers.DEFAULT.silent(Duration.ofSeconds(4), Duration.ofSeconds(8), Duration.ofSeconds(9));

    assertThat(timers.takeoverGrace()).isEqualTo(timers.lostAfter());
    assertThat(timers.drainAtMost()).isEqualTo(Timers.DEFAULT.drainAtMost());
    Timers usual = Timers.DEFAULT;
    assertThat(usual.silent(usual.suspectAfter(), usual.unreachableAfter(), usual.lostAfter()))
        .isEqualTo(usual);
  }

  @ParameterizedTest
  @CsvSource({"3,40,60", "10,9,60", "10,40,39", "10,40,3601"})
  void timesThatFallOrAreBeyondTheLimitsAreRefused(int suspect, int unreachable, int lost) {
    assertThatThrownBy(() ->
            Timers.DEFAULT.silent(
                Duration.ofSeconds(suspect),
                Duration.ofSeconds(unreachable),
                Duration.ofSeconds(lost)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nodes.suspect-after")
        .hasMessageContaining("3600 s");
  }
}

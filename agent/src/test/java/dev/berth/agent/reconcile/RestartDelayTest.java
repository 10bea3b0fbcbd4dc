package dev.berth.agent.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestartDelayTest {

  @ParameterizedTest
  @CsvSource({"1,0", "2,1", "3,2", "4,4", "5,8", "10,256", "11,300", "12,300", "1000000,300"})
  void theFirstRestartIsAtOnceAndThenTheWaitDoublesToFiveMinutes(int crashes, long seconds) {
    assertThat(RestartDelay.after(crashes)).hasSeconds(seconds);
  }
}

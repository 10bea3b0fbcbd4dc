package dev.berth.agent.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RedialTest {

  @Test
  void theWaitGrowsToTwoSecondsIsSpreadAndStartsAnew() {
    var redial = new Redial(new SplittableRandom(1));

    assertThat(redial.next()).isBetween(Duration.ofMillis(25), Duration.ofMillis(50));
    for (int i = 0; i < 20; i++) {
      redial.next();
    }
    assertThat(redial.next()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    redial.reset();

    assertThat(redial.next()).isBetween(Duration.ofMillis(25), Duration.ofMillis(50));
  }

  @Test
  void theLeaderMaySpreadTheFirstCallsOfManyAgents() {
    var redial = new Redial(new SplittableRandom(1));

    assertThat(redial.next(Duration.ofSeconds(30)))
        .isBetween(Duration.ofMillis(51), Duration.ofMillis(30_050));
    assertThat(redial.next(Duration.ofDays(40))).isLessThan(Duration.ofSeconds(31));
  }
}

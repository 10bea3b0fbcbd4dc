package dev.berth.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TwoChoicesTest {
  private static final long NOW = 1_000_000_000_000L;

  private final Random random = new Random(1);

  private static RouteLoad[] loads(int count) {
    RouteLoad[] loads = new RouteLoad[count];
    Arrays.setAll(loads, _ -> new RouteLoad());
    return loads;
  }

  private int choose(RouteLoad[] loads) {
    return TwoChoices.choose(loads, _ -> false, NOW, random.nextLong());
  }

  @Test
  void requestsInFlightAreKeptEven() {
    RouteLoad[] loads = loads(10);
    for (int i = 0; i < 1000; i++) {
      loads[choose(loads)].begin();
    }

    assertThat(loads).allMatch(load -> load.inFlight() > 85 && load.inFlight() < 115);
  }

  @Test
  void allRoutesGetTheirShareWhenIdle() {
    RouteLoad[] loads = loads(4);
    int[] chosen = new int[4];
    for (int i = 0; i < 4000; i++) {
      chosen[choose(loads)]++;
    }

    Arrays.sort(chosen);
    assertThat(chosen[0]).isGreaterThan(700);
  }

  @Test
  void theLessBusyOfTwoIsChosen() {
    RouteLoad[] loads = loads(2);
    loads[0].begin();

    for (int i = 0; i < 100; i++) {
      assertThat(choose(loads)).isEqualTo(1);
    }
  }

  @Test
  void aRouteThatFailedIsPassedOverUntilItsTimeIsUp() {
    RouteLoad[] loads = loads(3);
    loads[1].failed(NOW - RouteLoad.FIRST_ASIDE_NANOS + 1);
    for (int i = 0; i < 100; i++) {
      assertThat(choose(loads)).isNotEqualTo(1);
    }

    assertThat(loads[1].isAside(NOW + 1)).isFalse();
  }

  @Test
  void theTimeAsideDoublesUpToItsLimitAndASuccessEndsIt() {
    RouteLoad load = new RouteLoad();
    for (int i = 0; i < 10; i++) {
      load.failed(NOW);
    }

    assertThat(load.isAside(NOW + RouteLoad.MAX_ASIDE_NANOS - 1)).isTrue();
    assertThat(load.isAside(NOW + RouteLoad.MAX_ASIDE_NANOS)).isFalse();
    load.succeeded();
    assertThat(load.isAside(NOW)).isFalse();
  }

  @Test
  void theLastRouteIsUsedEvenIfItFailed() {
    RouteLoad[] loads = loads(2);
    loads[0].failed(NOW);
    loads[1].failed(NOW);

    assertThat(choose(loads)).isBetween(0, 1);
    assertThat(TwoChoices.choose(loads, index -> index == 0, NOW, 5)).isEqualTo(1);
  }

  @Test
  void aRouteThatWasTriedIsNotTriedAgain() {
    RouteLoad[] loads = loads(50);
    for (int i = 0; i < 200; i++) {
      assertThat(TwoChoices.choose(loads, index -> index != 17, NOW, random.nextLong()))
          .isEqualTo(17);
    }

    assertThat(TwoChoices.choose(loads, _ -> true, NOW, 1)).isEqualTo(-1);
    assertThat(TwoChoices.choose(loads(0), _ -> false, NOW, 1)).isEqualTo(-1);
  }
}

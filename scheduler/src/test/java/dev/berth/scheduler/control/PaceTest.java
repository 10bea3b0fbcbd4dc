package dev.berth.scheduler.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Turnover;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final AppId APP = AppId.of("acme", "shop");

  private final ClusterState state =
      ClusterState.empty()
          .after(
              List.of(
                  new Change.PutApp(
                      App.create(APP, "shop.localhost", "debian-12", START)
                          .with(Turnover.NONE.with(new Budget(3, Duration.ZERO, null))))));
  private final Pace pace = new Pace(10, START);

  @Test
  void movesAreTakenFromTheSecondsAllowance() {
    move(4);
    pace.stopped(2);

    assertThat(pace.left()).isEqualTo(4);
  }

  @Test
  void whatTheAppWishesItselfTakesNothing() {
    pace.placed(state, APP, false);

    assertThat(pace.left()).isEqualTo(10);
  }

  @Test
  void anEmptyAllowanceFillsWithTime() {
    move(10);
    pace.advance(START.plusMillis(500));

    assertThat(pace.left()).isEqualTo(5);
  }

  @Test
  void noMoreThanTwoSecondsAreSavedUp() {
    pace.advance(START.plusSeconds(60));

    assertThat(pace.left()).isEqualTo(20);
  }

  @Test
  void anAppsPlacementsCountForAnHourThoughTheyAreGone() {
    move(2);
    pace.advance(START.plus(Duration.ofMinutes(59)));

    assertThat(pace.allowance(_ -> null).lately().applyAsInt(APP)).isEqualTo(2);

    pace.advance(START.plus(Duration.ofMinutes(60)));
    assertThat(pace.allowance(_ -> null).lately().applyAsInt(APP)).isZero();
  }

  @Test
  void noMoreIsRememberedThanTheBudgetAllows() {
    move(100);

    assertThat(pace.allowance(_ -> null).lately().applyAsInt(APP)).isEqualTo(3);
  }

  private void move(int times) {
    for (int time = 0; time < times; time++) {
      pace.placed(state, APP, true);
    }
  }
}

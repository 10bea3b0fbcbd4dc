package dev.berth.simulation.campaign;

import dev.berth.scheduler.state.Budget;
import dev.berth.scheduler.state.RolloutPolicy;
import dev.berth.scheduler.state.Share;
import dev.berth.scheduler.state.Turnover;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.pcollections.TreePVector;

/** What tenants say of the moving of their apps: most nothing, the others all kinds of things. */
final class Budgets {
  /** Above that nobody replaces one instance after the other. */
  private static final int ONE_BY_ONE = 50;

  private static final Budget.Window OPEN = new Budget.Window(0, 4 * 60);
  private static final Budget.Window LATER = new Budget.Window(60, 3 * 60);

  private Budgets() {}

  static Turnover some(RandomGenerator random, int count) {
    return Turnover.NONE.with(policy(random, count)).with(budget(random, count));
  }

  private static RolloutPolicy policy(RandomGenerator random, int count) {
    int lot = random.nextInt(100);
    boolean isSmall = count <= ONE_BY_ONE;
    Share surge =
        lot < 10
            ? Share.percent(10)
            : lot < 20
                ? Share.percent(100)
                : isSmall && lot < 25
                    ? Share.number(1)
                    : isSmall && lot < 30 ? Share.number(0) : Share.percent(25);
    Share unavailable = Share.number(isSmall && lot >= 25 && lot < 30 ? 1 : 0);
    return new RolloutPolicy(
        surge,
        unavailable,
        random.nextInt(5) == 0 ? Duration.ofSeconds(10) : Duration.ZERO,
        Duration.ofMinutes(5),
        TreePVector.empty(),
        Duration.ofMinutes(1),
        false,
        true);
  }

  /**
   * Six in ten have none. The windows are from midnight, when the campaign begins, and from one.
   */
  private static Budget budget(RandomGenerator random, int count) {
    int lot = random.nextInt(100);
    if (lot < 60) {
      return Budget.NONE;
    }
    if (lot < 75) {
      return new Budget(Math.max(2, count / 2), Duration.ZERO, null);
    }
    if (lot < 80) {
      return new Budget(Math.max(1, count / 6), Duration.ZERO, null);
    }
    if (lot < 85) {
      return new Budget(0, Duration.ZERO, OPEN);
    }
    if (lot < 90) {
      return new Budget(0, Duration.ZERO, LATER);
    }
    return lot < 95
        ? new Budget(0, Duration.ofHours(1), null)
        : new Budget(Math.max(2, count / 2), Duration.ofMinutes(20), null);
  }
}

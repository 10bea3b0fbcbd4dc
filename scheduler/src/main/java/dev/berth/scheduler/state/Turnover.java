package dev.berth.scheduler.state;

import org.jspecify.annotations.Nullable;

/**
 * How an app's instances are replaced, how often the platform may do so, and the last deploy; null
 * before the first.
 */
public record Turnover(RolloutPolicy policy, Budget budget, @Nullable Deploy deploy) {
  public static final Turnover NONE = new Turnover(RolloutPolicy.DEFAULT, Budget.NONE, null);

  public Turnover with(RolloutPolicy other) {
    return new Turnover(other, budget, deploy);
  }

  public Turnover with(Budget other) {
    return new Turnover(policy, other, deploy);
  }

  public Turnover with(@Nullable Deploy other) {
    return new Turnover(policy, budget, other);
  }

  /** The deploy under way; null if there is none. */
  public @Nullable Deploy underWay() {
    return deploy != null && deploy.isUnderWay() ? deploy : null;
  }

  Turnover onBase(int version) {
    return deploy == null ? this : with(deploy.onBase(version));
  }
}

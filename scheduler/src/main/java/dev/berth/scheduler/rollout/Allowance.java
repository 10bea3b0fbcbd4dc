package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.AppId;
import java.util.function.ToIntFunction;

/**
 * How much the platform may still move for its own reasons at this moment.
 *
 * @param left so many moves may begin in the whole cluster before more time has passed
 * @param lately how many placements an app was given within the last hour, as far as this leader
 *     has made them: those too that are gone; counts no further than the app's budget
 */
public record Allowance(int left, ToIntFunction<AppId> lately) {
  public static final Allowance UNBOUND = new Allowance(Integer.MAX_VALUE, _ -> 0);
}

package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.Consent;
import dev.berth.scheduler.state.PlacementId;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How much the platform may still move for its own reasons at this moment.
 *
 * @param left so many moves may begin in the whole cluster before more time has passed
 * @param lately how many placements an app was given within the last hour, as far as this leader
 *     has made them: those too that are gone; counts no further than the app's budget
 * @param consents what the app's coordinator has said of the move of a placement; null if nothing
 */
public record Allowance(
    int left, ToIntFunction<AppId> lately, Function<PlacementId, @Nullable Consent> consents) {}

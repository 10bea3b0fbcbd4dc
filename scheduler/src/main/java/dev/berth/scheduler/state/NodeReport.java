package dev.berth.scheduler.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something an agent saw that is worth keeping in the history. */
public record NodeReport(
    Instant at, String kind, @Nullable PlacementId placement, int incarnation, String message) {}

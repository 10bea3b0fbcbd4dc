package dev.berth.scheduler.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An agent's first message: who it is and all that it has; no verification while its first one
 * runs.
 */
public record Hello(
    KnownNode node,
    long epochSeen,
    List<PlacementReport> placements,
    @Nullable NodeVerification verification) {
  public Hello {
    placements = List.copyOf(placements);
  }
}

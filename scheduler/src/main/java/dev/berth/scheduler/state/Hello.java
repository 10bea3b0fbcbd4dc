package dev.berth.scheduler.state;

import java.util.List;

/** An agent's first message: who it is and all that it has. */
public record Hello(KnownNode node, long epochSeen, List<PlacementReport> placements) {
  public Hello {
    placements = List.copyOf(placements);
  }
}

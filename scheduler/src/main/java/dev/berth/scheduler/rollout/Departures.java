package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.PlacementId;
import java.util.Map;
import java.util.Set;

/**
 * What is to run elsewhere: all on nodes that are drained, and single placements that were chosen.
 */
public record Departures(Set<NodeId> draining, Map<PlacementId, Choice> chosen) {
  public static final Departures NONE = new Departures(Set.of(), Map.of());

  /** Where a placement is to go instead, and why. */
  public record Choice(NodeId to, String words) {}
}

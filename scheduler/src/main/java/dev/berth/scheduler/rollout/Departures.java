package dev.berth.scheduler.rollout;

import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.PlacementId;
import java.util.Map;
import java.util.Set;

/**
 * What is to run elsewhere: all on nodes that are drained, and single placements that were chosen,
 * each with the reason.
 */
public record Departures(Set<NodeId> draining, Map<PlacementId, String> chosen) {
  public static final Departures NONE = new Departures(Set.of(), Map.of());
}

package dev.berth.scheduler.state;

import java.time.Instant;
import java.util.Optional;
import org.pcollections.TreePMap;

/**
 * All that is soft: what was last seen of the cluster, rebuilt after each change of leader.
 *
 * <p>Knows nothing that is not on some agent or router. Written by the loop only.
 */
public record Actual(
    TreePMap<NodeId, NodeActual> nodes,
    TreePMap<PlacementId, PlacementReport> placements,
    TreePMap<String, RouterActual> routers) {

  public static final Actual NOTHING =
      new Actual(TreePMap.empty(), TreePMap.empty(), TreePMap.empty());

  /** How sure we are that the node is there. */
  public enum Liveness {
    READY,
    SUSPECT,
    UNREACHABLE
  }

  /** A node in this epoch; {@code hasReported} once its agent has said hello to this leader. */
  public record NodeActual(
      long connection,
      boolean isConnected,
      boolean hasReported,
      Instant lastSeen,
      Liveness liveness) {}

  /** A router in this epoch and the table version of this epoch that it serves; 0 if none yet. */
  public record RouterActual(
      long connection, boolean isConnected, Instant lastSeen, long acknowledged) {}

  public Optional<PlacementReport> report(PlacementId id) {
    return Optional.ofNullable(placements.get(id));
  }

  public Optional<NodeActual> node(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /** A node that never reported in this epoch counts as suspect: nothing new is placed there. */
  public Liveness liveness(NodeId id) {
    return node(id).map(NodeActual::liveness).orElse(Liveness.SUSPECT);
  }

  public Actual withNode(NodeId id, NodeActual node) {
    return new Actual(nodes.plus(id, node), placements, routers);
  }

  public Actual withReport(PlacementReport report) {
    return new Actual(nodes, placements.plus(report.id(), report), routers);
  }

  public Actual withoutReport(PlacementId id) {
    return new Actual(nodes, placements.minus(id), routers);
  }

  public Actual withRouter(String name, RouterActual router) {
    return new Actual(nodes, placements, routers.plus(name, router));
  }

  public Actual withoutRouter(String name) {
    return new Actual(nodes, placements, routers.minus(name));
  }
}

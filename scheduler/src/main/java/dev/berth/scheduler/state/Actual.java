package dev.berth.scheduler.state;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * All that is soft: what was last seen of the cluster, rebuilt after each change of leader.
 *
 * <p>Knows nothing that is not on some agent or router. Written by the loop only.
 */
public record Actual(
    TreePMap<NodeId, NodeActual> nodes,
    PlacementMap<PlacementReport> placements,
    TreePMap<String, RouterActual> routers,
    Signals signals,
    TreePMap<NodeId, NodeImages> images) {

  public static final Actual NOTHING =
      new Actual(
          TreePMap.empty(), PlacementMap.empty(), TreePMap.empty(), Signals.NONE, TreePMap.empty());

  /** How sure we are that the node is there. */
  public enum Liveness {
    READY,
    SUSPECT,
    UNREACHABLE
  }

  /**
   * A node in this epoch; {@code hasReported} once its agent has said hello to this leader. Without
   * a verification nothing is known of its defences.
   */
  public record NodeActual(
      long connection,
      boolean isConnected,
      boolean hasReported,
      Instant lastSeen,
      Liveness liveness,
      @Nullable NodeVerification verification) {

    /** Never heard of in this epoch. */
    public static NodeActual unheard(Instant since, Liveness liveness) {
      return new NodeActual(0, false, false, since, liveness, null);
    }

    /** Heard just now, on this stream. */
    public static NodeActual heard(
        long connection, Instant now, @Nullable NodeVerification verification) {
      return new NodeActual(connection, true, true, now, Liveness.READY, verification);
    }

    public NodeActual with(Liveness other) {
      return new NodeActual(connection, isConnected, hasReported, lastSeen, other, verification);
    }

    public NodeActual disconnected() {
      return new NodeActual(connection, false, hasReported, lastSeen, liveness, verification);
    }

    /** Fails closed: what has not shown its defences does not have them. */
    public boolean isVerified() {
      return verification != null && verification.passed();
    }
  }

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

  /** A node that has not shown its defences to this leader gets nothing new. */
  public boolean isVerified(NodeId id) {
    return node(id).map(NodeActual::isVerified).orElse(false);
  }

  /** Ready nodes that get nothing new because they have not shown that their defences hold. */
  public int unverified() {
    int count = 0;
    for (NodeActual node : nodes.values()) {
      count += node.liveness() == Liveness.READY && !node.isVerified() ? 1 : 0;
    }
    return count;
  }

  public Actual withNode(NodeId id, NodeActual node) {
    return new Actual(nodes.plus(id, node), placements, routers, signals, images);
  }

  public Actual withoutNode(NodeId id) {
    return new Actual(nodes.minus(id), placements, routers, signals, images.minus(id));
  }

  public Actual withReport(PlacementReport report) {
    return new Actual(nodes, placements.plus(report.id(), report), routers, signals, images);
  }

  public Actual withoutReport(PlacementId id) {
    return new Actual(nodes, placements.minus(id), routers, signals, images);
  }

  public Actual withRouter(String name, RouterActual router) {
    return new Actual(nodes, placements, routers.plus(name, router), signals, images);
  }

  public Actual withoutRouter(String name) {
    return new Actual(nodes, placements, routers.minus(name), signals, images);
  }

  public Actual withSignals(Signals newest) {
    return new Actual(nodes, placements, routers, newest, images);
  }

  public Actual withImages(NodeId node, NodeImages held) {
    return new Actual(nodes, placements, routers, signals, images.plus(node, held));
  }

  public boolean isHolding(NodeId node, Digest digest) {
    NodeImages known = images.get(node);
    return known != null && known.held().contains(digest);
  }
}

package dev.berth.scheduler.state;

import java.util.List;
import java.util.Map;

/**
 * What the edges tell the loop.
 *
 * <p>A connection number is given by the edge to each stream and increases; news of an older stream
 * of the same agent or router is ignored.
 */
public sealed interface Event {
  record AgentConnected(long connection, Hello hello) implements Event {}

  record AgentStatus(
      NodeId node, long connection, List<PlacementReport> placements, List<NodeReport> reports)
      implements Event {
    public AgentStatus {
      placements = List.copyOf(placements);
      reports = List.copyOf(reports);
    }
  }

  record AgentVerified(NodeId node, long connection, NodeVerification verification)
      implements Event {}

  record AgentImages(NodeId node, long connection, NodeImages images) implements Event {}

  record AgentBeat(NodeId node, long connection) implements Event {}

  record AgentDisconnected(NodeId node, long connection) implements Event {}

  record RouterConnected(String router, long connection) implements Event {}

  /** Requests that start from now on use this version or a newer one. */
  record RouterAcknowledged(String router, long connection, long epoch, long version)
      implements Event {}

  record RouterBeat(String router, long connection) implements Event {}

  /** What the routers together said of traffic, every few seconds. */
  record SignalsTold(Signals signals) implements Event {}

  /** The app's coordinator has answered, or has not in time. */
  record MoveJudged(PlacementId placement, boolean isAllowed, String words) implements Event {}

  /** So many jobs wait; negative when nobody told, and then the words say why. */
  record QueueRead(ProcessTypeId type, long jobs, String words) implements Event {}

  /** Thousandths of a cpu that instances of this node used lately. */
  record CpuUsed(NodeId node, long connection, Map<PlacementId, Integer> millis) implements Event {
    public CpuUsed {
      millis = Map.copyOf(millis);
    }
  }

  record RouterDisconnected(String router, long connection) implements Event {}
}

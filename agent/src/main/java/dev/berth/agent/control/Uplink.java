package dev.berth.agent.control;

import dev.berth.agent.reconcile.Placement;
import java.util.List;

/**
 * One stream to a scheduler, as long as it lasts. Nothing here blocks; what is said to a stream
 * that has just broken is lost, and the next greeting makes up for it. Called by the loop only.
 */
public interface Uplink {

  /** Who this node is and all that it has; the first word on a stream. */
  void greet(long epochSeen, List<Placement> placements);

  void acknowledge(long epoch, long revision);

  void report(List<Placement> placements, List<NodeNotice> notices);

  /** Whether a report would leave soon. If not, {@link Input.Writable} says when. */
  boolean isWritable();

  /** Ends the stream because of what was said on it. */
  void refuse(String reason);
}

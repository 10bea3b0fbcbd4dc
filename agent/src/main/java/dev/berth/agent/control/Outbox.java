package dev.berth.agent.control;

import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Placement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the scheduler has not been told yet.
 *
 * <p>Of each placement only the newest word is kept. Notices wait for a stream, oldest dropped
 * first beyond the bound, and are counted then. Confined to the loop.
 */
final class Outbox {
  static final int MOST_NOTICES = 4096;
  private static final int NOTICES_A_BATCH = 256;

  private final Map<PlacementId, Placement> changed = new TreeMap<>();
  private final Deque<NodeNotice> notices = new ArrayDeque<>();
  private @Nullable Uplink uplink;
  private long dropped;

  void changed(Placement placement) {
    if (uplink != null) {
      changed.put(placement.id(), placement);
    }
  }

  void gone(PlacementId id) {
    changed.remove(id);
  }

  void happened(NodeNotice notice) {
    if (notices.size() == MOST_NOTICES) {
      notices.removeFirst();
      dropped++;
    }
    notices.addLast(notice);
  }

  /** From now on this stream is the one; it is told everything first. */
  void link(Uplink next, long epochSeen, List<Placement> all) {
    uplink = next;
    changed.clear();
    next.greet(epochSeen, all);
  }

  void unlink(Uplink gone) {
    if (gone.equals(uplink)) {
      uplink = null;
      changed.clear();
    }
  }

  boolean isLinkedBy(Uplink candidate) {
    return candidate.equals(uplink);
  }

  void acknowledge(long epoch, long revision) {
    if (uplink != null) {
      uplink.acknowledge(epoch, revision);
    }
  }

  void flush() {
    Uplink to = uplink;
    while (to != null && to.isWritable() && !(changed.isEmpty() && notices.isEmpty())) {
      List<Placement> placements = List.copyOf(changed.values());
      changed.clear();
      List<NodeNotice> batch = new ArrayList<>();
      while (batch.size() < NOTICES_A_BATCH && !notices.isEmpty()) {
        batch.add(notices.removeFirst());
      }
      to.report(placements, batch);
    }
  }

  /** Notices that nobody will hear. */
  long dropped() {
    return dropped;
  }
}

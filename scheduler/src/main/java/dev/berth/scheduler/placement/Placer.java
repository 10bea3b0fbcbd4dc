package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Size;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Chooses nodes for equal instances, as a group.
 *
 * <p>Never fills a node beyond its capacity. Finding none is normal: the answer then holds each
 * node's refusal. The same question gets the same answer.
 */
public interface Placer {
  /** Books what it places in {@code room}. */
  Answer place(Group group, Room room);

  /**
   * So many instances of one process type and size; {@code holders} counts those placed already.
   */
  record Group(ProcessTypeId type, Size size, int count, Map<NodeId, Integer> holders) {
    public Group {
      holders = Collections.unmodifiableMap(new TreeMap<>(holders));
      if (count < 1) {
        throw new IllegalArgumentException("a group has at least 1 instance, not " + count);
      }
    }
  }

  /** One node per placed instance, and why the rest found none; no refusals if all were placed. */
  record Answer(List<NodeId> nodes, List<NodeRefusal> refusals) {
    public Answer {
      nodes = List.copyOf(nodes);
      refusals = List.copyOf(refusals);
    }
  }
}

package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Chooses nodes for equal instances, as a group.
 *
 * <p>Never fills a node beyond its capacity and breaks no hard rule. Finding none is normal: the
 * answer then says why. The same question gets the same answer.
 */
public interface Placer {
  /** Books nothing: the index changes when the cluster's state does. */
  Answer place(Group group, NodeIndex index);

  /**
   * Instances of one process type that ask the same. Each has a home: the node of the placement
   * that it replaces, if there is one; that placement then counts no longer when instances are
   * spread. {@code imageNodes} are nodes that have the release's slug already.
   */
  record Group(
      ProcessTypeId type, Need need, List<Optional<NodeId>> homes, List<NodeId> imageNodes) {
    public Group {
      homes = List.copyOf(homes);
      imageNodes = List.copyOf(imageNodes);
      if (homes.isEmpty()) {
        throw new IllegalArgumentException("a group has at least 1 instance, not 0");
      }
    }

    /** So many that replace nothing. */
    public static Group of(ProcessTypeId type, Need need, int count) {
      return new Group(type, need, Collections.nCopies(count, Optional.empty()), List.of());
    }
  }

  /** For each instance its node, if there is one; no refusals if each has. */
  record Answer(List<Optional<NodeId>> nodes, Refusals refusals) {
    public Answer {
      nodes = List.copyOf(nodes);
    }

    public long placed() {
      return nodes.stream().filter(Optional::isPresent).count();
    }
  }
}

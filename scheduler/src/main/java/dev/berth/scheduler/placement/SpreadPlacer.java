package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Spreads each process type over zones, racks and nodes; fills pools that pack.
 *
 * <p>Reads the shelves' summaries once per group, then what it places on and what is full. Without
 * state of its own.
 */
public final class SpreadPlacer implements Placer {
  @Override
  public Answer place(Group group, NodeIndex index) {
    Need need = group.need();
    Refusals before = index.refusedBefore(need);
    if (before != null) {
      return nowhere(group, before);
    }
    Layout layout = index.layout(need.pool());
    return layout == null ? nowhere(group, index.refuse(need)) : search(group, index, layout);
  }

  private static Answer nowhere(Group group, Refusals refusals) {
    return new Answer(Collections.nCopies(group.homes().size(), Optional.empty()), refusals);
  }

  private static Answer search(Group group, NodeIndex index, Layout layout) {
    Need need = group.need();
    List<Optional<NodeId>> nodes = new ArrayList<>(group.homes().size());
    int placed = 0;
    try (var search = new Search(index, layout, group)) {
      for (Optional<NodeId> home : group.homes()) {
        boolean isOver = nodes.size() > placed && !need.demands().antiAffinity();
        Optional<NodeId> node = isOver ? Optional.empty() : search.next(home);
        placed += node.isPresent() ? 1 : 0;
        nodes.add(node);
      }
      if (placed == nodes.size()) {
        return new Answer(nodes, Refusals.NONE);
      }
      Refusals refusals = index.refuse(need);
      if (placed == 0) {
        index.remember(need, refusals);
      }
      return new Answer(nodes, refusals);
    }
  }
}

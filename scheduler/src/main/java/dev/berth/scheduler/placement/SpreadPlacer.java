package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;

/**
 * Spreads each process type over the nodes; among nodes that hold equally many, takes the least
 * used.
 *
 * <p>Looks at as many nodes as it places instances, plus those that hold the type and those too
 * full. Immutable.
 */
public final class SpreadPlacer implements Placer {
  /** A node that could take one more, and how many of the type it holds. */
  private record Candidate(int held, int used, NodeId node) implements Comparable<Candidate> {
    private static final Comparator<Candidate> ORDER =
        Comparator.comparingInt(Candidate::held)
            .thenComparingInt(Candidate::used)
            .thenComparing(Candidate::node);

    @Override
    public int compareTo(Candidate other) {
      return ORDER.compare(this, other);
    }
  }

  @Override
  public Answer place(Group group, Room room) {
    Capacity needed = group.size().booked();
    var nodes = new ArrayList<NodeId>();
    PriorityQueue<Candidate> candidates =
        room.isTooLarge(needed) ? new PriorityQueue<>() : candidates(group, room);
    while (nodes.size() < group.count() && !candidates.isEmpty()) {
      Candidate best = candidates.remove();
      room.book(best.node(), needed);
      nodes.add(best.node());
      Room.Free left = Objects.requireNonNull(room.on(best.node()));
      if (left.free().holds(needed)) {
        candidates.add(new Candidate(best.held() + 1, left.used(), best.node()));
      }
    }
    return new Answer(nodes, nodes.size() < group.count() ? room.refuse(needed) : List.of());
  }

  private static PriorityQueue<Candidate> candidates(Group group, Room room) {
    Capacity needed = group.size().booked();
    var candidates = new PriorityQueue<Candidate>();
    group
        .holders()
        .forEach((node, held) -> {
          Room.Free free = room.on(node);
          if (free != null && free.free().holds(needed)) {
            candidates.add(new Candidate(held, free.used(), node));
          }
        });
    int fresh = 0;
    for (Room.Free free : room.leastUsedFirst()) {
      if (fresh == group.count()) {
        break;
      }
      if (!group.holders().containsKey(free.node()) && free.free().holds(needed)) {
        candidates.add(new Candidate(0, free.used(), free.node()));
        fresh++;
      }
    }
    return candidates;
  }
}

package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.NodeId;
import java.util.Optional;

/** Why one node cannot take an instance: the first rule that it breaks, and by how much. */
public record NodeRefusal(NodeId node, Rule rule, long missing) {
  /** The rules, in the order in which they are tried. */
  public enum Rule {
    NOT_READY("is not ready"),
    UNVERIFIED("is not verified (node-unverified)"),
    MEMORY("lacks memory, MiB"),
    CPU("lacks cpu weight"),
    PIDS("lacks pids"),
    DISK("lacks disk, MiB");

    private final String words;

    Rule(String words) {
      this.words = words;
    }

    /** For the tenant: what the node is short of. */
    public String words() {
      return words;
    }
  }

  /** The first thing that is missing, if anything is. */
  static Optional<NodeRefusal> of(NodeId node, Capacity free, Capacity needed) {
    Capacity left = free.minus(needed);
    if (left.memoryMib() < 0) {
      return Optional.of(new NodeRefusal(node, Rule.MEMORY, -left.memoryMib()));
    }
    if (left.cpuMillis() < 0) {
      return Optional.of(new NodeRefusal(node, Rule.CPU, -left.cpuMillis()));
    }
    if (left.pids() < 0) {
      return Optional.of(new NodeRefusal(node, Rule.PIDS, -left.pids()));
    }
    return left.diskMib() < 0
        ? Optional.of(new NodeRefusal(node, Rule.DISK, -left.diskMib()))
        : Optional.empty();
  }
}

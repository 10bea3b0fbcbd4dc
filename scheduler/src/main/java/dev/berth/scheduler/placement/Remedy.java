package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.Requirement;
import dev.berth.scheduler.state.Size;
import java.util.List;

/** A change after which a node would take the instance. */
public sealed interface Remedy {
  /** A closed node is opened: nothing else is against it. */
  record Open(NodeId node, Rule closedBy) implements Remedy {}

  /** The process type gets a smaller size. */
  record Resize(Size size) implements Remedy {}

  /** Instances of others leave the node; {@code missing} is what they must book at least. */
  record Free(NodeId node, Capacity missing) implements Remedy {}

  /** The process type asks for other labels, or for none. */
  record Relax(List<Requirement> asked) implements Remedy {}

  /** Two instances may share a node. */
  record Share() implements Remedy {}

  /** A node joins that has at least this much free, in the pool and with the labels asked for. */
  record Join(String pool, Capacity atLeast, List<Requirement> labels) implements Remedy {}
}

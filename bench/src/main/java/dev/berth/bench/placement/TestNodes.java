package dev.berth.bench.placement;

import dev.berth.scheduler.placement.NodeIndex;
import dev.berth.scheduler.state.Actual.NodeActual;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodeVerification;
import java.time.Instant;
import java.util.List;
import org.pcollections.TreePMap;

/** Nodes that are there and verified, without agents. */
final class TestNodes {
  private static final NodeActual HEARD =
      NodeActual.heard(
          1, Instant.EPOCH, new NodeVerification(Instant.EPOCH, true, List.of("all"), List.of()));

  private TestNodes() {}

  /** Labels as key, value, key, value. */
  static KnownNode node(int number, Capacity capacity, String... labels) {
    TreePMap<String, String> map = TreePMap.empty();
    for (int at = 0; at < labels.length; at += 2) {
      map = map.plus(labels[at], labels[at + 1]);
    }
    var id = new NodeId("node-%05d".formatted(number));
    return new KnownNode(id, capacity, "x86_64", map, "1", "crun", "boot");
  }

  static NodeId add(NodeIndex index, int number, Capacity capacity, String... labels) {
    KnownNode node = node(number, capacity, labels);
    index.put(node);
    index.see(node.id(), HEARD);
    return node.id();
  }
}

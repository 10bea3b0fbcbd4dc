package dev.berth.scheduler.placement;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.Capacity;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePools;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One rule that a node breaks for an instance, and by how much. */
public record NodeRefusal(NodeId node, Rule rule, long missing) {

  /** One node as a decision sees it: {@code held} are other instances of the process type on it. */
  public record Candidate(
      KnownNode node, Actual.Liveness liveness, boolean isVerified, Capacity booked, int held) {}

  /** Every rule that the node breaks, in the rules' order; none if the instance fits. */
  public static List<NodeRefusal> all(Candidate candidate, Need need, NodePools pools) {
    KnownNode node = candidate.node();
    Map<String, String> labels = node.allLabels();
    var broken = new ArrayList<NodeRefusal>();
    unless(need.isInPool(node), node, Rule.POOL, broken);
    unless(need.isWelcome(labels), node, Rule.DEDICATED, broken);
    unless(need.likes(labels), node, Rule.LABELS, broken);
    unless(node.policy().takesNew(), node, Rule.CORDONED, broken);
    unless(candidate.liveness() == Actual.Liveness.READY, node, Rule.NOT_READY, broken);
    unless(candidate.isVerified(), node, Rule.UNVERIFIED, broken);
    boolean mayShare = !need.demands().antiAffinity() || candidate.held() == 0;
    unless(mayShare, node, Rule.ANTI_AFFINITY, broken);
    Capacity free = pools.named(node.pool()).promises(node.capacity()).minus(candidate.booked());
    shortages(node.id(), free, need.capacity(), broken);
    return broken;
  }

  private static void unless(boolean holds, KnownNode node, Rule rule, List<NodeRefusal> broken) {
    if (!holds) {
      broken.add(new NodeRefusal(node.id(), rule, 0));
    }
  }

  private static void shortages(
      NodeId node, Capacity free, Capacity needed, List<NodeRefusal> broken) {
    Capacity left = free.minus(needed);
    shortage(node, Rule.MEMORY, left.memoryMib(), broken);
    shortage(node, Rule.CPU, left.cpuMillis(), broken);
    shortage(node, Rule.PIDS, left.pids(), broken);
    shortage(node, Rule.DISK, left.diskMib(), broken);
    shortage(node, Rule.ADDRESSES, left.addresses(), broken);
  }

  private static void shortage(NodeId node, Rule rule, long left, List<NodeRefusal> broken) {
    if (left < 0) {
      broken.add(new NodeRefusal(node, rule, -left));
    }
  }
}

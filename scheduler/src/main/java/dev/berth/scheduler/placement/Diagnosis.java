package dev.berth.scheduler.placement;

import dev.berth.scheduler.placement.NodeRefusal.Candidate;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.KnownNode;
import dev.berth.scheduler.state.NodeId;
import dev.berth.scheduler.state.NodePools;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Size;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Why an instance finds no node: every rule that each node breaks, and the changes that would place
 * it. Looks at every node; reads no index.
 */
public record Diagnosis(Map<NodeId, List<NodeRefusal>> byNode, List<Remedy> remedies) {
  public Diagnosis {
    byNode = Collections.unmodifiableMap(new LinkedHashMap<>(byNode));
    remedies = List.copyOf(remedies);
  }

  /** What is asked about: an instance of this process type and size. */
  public record Question(
      ClusterState state, Actual actual, NodePools pools, ProcessTypeId type, Size size) {

    Need need() {
      return Need.of(state, type, size);
    }

    Map<NodeId, List<NodeRefusal>> refusals(Need need) {
      var byNode = new LinkedHashMap<NodeId, List<NodeRefusal>>();
      Map<NodeId, Integer> held = held();
      for (KnownNode node : state.nodes().values()) {
        NodeId id = node.id();
        var candidate =
            new Candidate(
                node,
                actual.liveness(id),
                actual.isVerified(id),
                state.placements().bookedOn(id),
                held.getOrDefault(id, 0));
        byNode.put(id, NodeRefusal.all(candidate, need, pools));
      }
      return byNode;
    }

    private Map<NodeId, Integer> held() {
      var held = new TreeMap<NodeId, Integer>();
      for (Placement placement : state.placements().of(type)) {
        if (placement.isWanted()) {
          held.merge(placement.node(), 1, Integer::sum);
        }
      }
      return held;
    }
  }

  public static Diagnosis of(Question question) {
    Map<NodeId, List<NodeRefusal>> refusals = question.refusals(question.need());
    return new Diagnosis(refusals, new Remedies(question, refusals).cheapestFirst());
  }

  /** Is there a node that breaks no rule? It may have become free since the last pass. */
  public boolean fits() {
    return byNode.values().stream().anyMatch(List::isEmpty);
  }

  /** By rule, which nodes break it; a node that breaks several is in each. */
  public Map<Rule, List<NodeRefusal>> byRule() {
    var byRule = new TreeMap<Rule, List<NodeRefusal>>();
    byNode
        .values()
        .forEach(broken ->
            broken.forEach(refusal ->
                byRule.computeIfAbsent(refusal.rule(), _ -> new ArrayList<>()).add(refusal)));
    return byRule;
  }
}

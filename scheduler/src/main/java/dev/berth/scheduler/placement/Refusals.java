package dev.berth.scheduler.placement;

import dev.berth.scheduler.placement.NodeRefusal.Rule;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;

/** Sums up many nodes' refusals in one line for the tenant, without naming nodes. */
public final class Refusals {
  private Refusals() {}

  /** For example "no room: 2 of 3 nodes lack memory (at least 64 MiB short), 1 is not ready". */
  public static String summary(List<NodeRefusal> refusals) {
    if (refusals.isEmpty()) {
      return "no node has joined the cluster yet";
    }
    var counts = new EnumMap<Rule, Integer>(Rule.class);
    var least = new EnumMap<Rule, Long>(Rule.class);
    for (NodeRefusal refusal : refusals) {
      counts.merge(refusal.rule(), 1, Integer::sum);
      least.merge(refusal.rule(), refusal.missing(), Math::min);
    }
    var parts = new ArrayList<String>();
    counts.forEach((rule, count) ->
        parts.add(
            rule == Rule.NOT_READY || rule == Rule.UNVERIFIED
                ? "%d %s".formatted(count, rule.words())
                : "%d %s (at least %d short)".formatted(count, rule.words(), least.get(rule))));
    return "no room on %d node(s): %s".formatted(refusals.size(), String.join(", ", parts));
  }
}

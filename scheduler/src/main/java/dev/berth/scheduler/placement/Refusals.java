package dev.berth.scheduler.placement;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Why nodes refused, counted by the first rule that each breaks; names no nodes. Nothing if no node
 * did.
 */
public record Refusals(Map<Rule, Count> byRule) {
  public static final Refusals NONE = new Refusals(Map.of());

  /** How many nodes, and the least that is missing on one of them. */
  public record Count(int nodes, long leastMissing) {
    Count with(long missing) {
      return new Count(nodes + 1, Math.min(leastMissing, missing));
    }
  }

  public Refusals {
    var ordered = new EnumMap<Rule, Count>(Rule.class);
    ordered.putAll(byRule);
    byRule = Collections.unmodifiableMap(ordered);
  }

  /** Adds up refusals while nodes are gone through. */
  static final class Sum {
    private final EnumMap<Rule, Count> counts = new EnumMap<>(Rule.class);

    void add(Rule rule, long missing) {
      Count before = counts.get(rule);
      counts.put(rule, before == null ? new Count(1, missing) : before.with(missing));
    }

    Refusals total() {
      return new Refusals(counts);
    }
  }

  public int nodes() {
    return byRule.values().stream().mapToInt(Count::nodes).sum();
  }

  /** For example "no room on 3 node(s): 1 not ready, 2 short of memory (by at least 64 MiB)". */
  public String summary() {
    if (byRule.isEmpty()) {
      return "no node has joined the cluster yet";
    }
    List<String> parts = new ArrayList<>();
    byRule.forEach((rule, count) ->
        parts.add(
            rule.isCounted()
                ? "%d %s (by at least %s)"
                    .formatted(count.nodes(), rule.words(), rule.amount(count.leastMissing()))
                : "%d %s".formatted(count.nodes(), rule.words())));
    return "no room on %d node(s): %s".formatted(nodes(), String.join(", ", parts));
  }
}

package dev.berth.simulation.host;

import java.util.List;
import java.util.TreeMap;

/**
 * The addresses of a node's subnet, given as the agent gives them: a freed one is used again as
 * late as possible.
 */
final class Addresses {
  private final String prefix;
  private final int count;
  private final TreeMap<Integer, Long> taken = new TreeMap<>();
  private int last;

  Addresses(String prefix, int count) {
    this.prefix = prefix;
    this.count = count;
  }

  /** The placement's own, or a fresh one. */
  String of(long placement) {
    for (var entry : taken.entrySet()) {
      if (entry.getValue() == placement) {
        return prefix + entry.getKey();
      }
    }
    for (int step = 1; step <= count; step++) {
      int number = (last + step - 1) % count + 1;
      if (taken.putIfAbsent(number, placement) == null) {
        last = number;
        return prefix + number;
      }
    }
    throw new IllegalStateException("no address is free of " + count + " under " + prefix);
  }

  void free(long placement) {
    taken.values().removeIf(holder -> holder == placement);
  }

  Iterable<Long> holders() {
    return List.copyOf(taken.values());
  }
}

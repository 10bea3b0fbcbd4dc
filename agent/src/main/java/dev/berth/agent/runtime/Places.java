package dev.berth.agent.runtime;

import java.util.BitSet;
import java.util.OptionalInt;

/**
 * The numbered places of a node's subnet. Each gives an address and an id range.
 *
 * <p>A freed place is used again as late as possible. Thread-safe.
 */
final class Places {
  private final int count;
  private final BitSet taken = new BitSet();
  private int last;

  Places(int count) {
    this.count = count;
  }

  synchronized OptionalInt take() {
    for (int step = 1; step <= count; step++) {
      int place = (last + step - 1) % count + 1;
      if (!taken.get(place)) {
        taken.set(place);
        last = place;
        return OptionalInt.of(place);
      }
    }
    return OptionalInt.empty();
  }

  /** Marks a place that the ledger knows. */
  synchronized void keep(int place) {
    taken.set(place);
    last = Math.max(last, place);
  }

  synchronized void free(int place) {
    taken.clear(place);
  }
}

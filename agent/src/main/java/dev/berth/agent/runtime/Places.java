package dev.berth.agent.runtime;

import java.util.BitSet;
import java.util.OptionalInt;

/**
 * The numbered places of a node's subnet. Each gives an address and an id range.
 *
 * <p>A freed place is used again as late as possible. The last few are for the checks' cells, so
 * that a node that is full can still be verified. Thread-safe.
 */
final class Places {
  static final int FOR_CELLS = 2;
  private final int count;
  private final BitSet taken = new BitSet();
  private int last;

  Places(int count) {
    this.count = count;
  }

  /** How many instances can have one. */
  int forInstances() {
    return count - FOR_CELLS;
  }

  synchronized OptionalInt take() {
    for (int step = 1; step <= forInstances(); step++) {
      int place = (last + step - 1) % forInstances() + 1;
      if (!taken.get(place)) {
        taken.set(place);
        last = place;
        return OptionalInt.of(place);
      }
    }
    return OptionalInt.empty();
  }

  synchronized OptionalInt takeForCell() {
    for (int place = forInstances() + 1; place <= count; place++) {
      if (!taken.get(place)) {
        taken.set(place);
        return OptionalInt.of(place);
      }
    }
    return OptionalInt.empty();
  }

  /** Marks a place that the ledger knows. */
  synchronized void keep(int place) {
    taken.set(place);
    last = Math.max(last, Math.min(place, forInstances()));
  }

  synchronized void free(int place) {
    taken.clear(place);
  }
}

package dev.berth.scheduler.placement;

import java.util.Arrays;

/** How many instances each node holds, by the node's slot. Confined to its index. */
final class Counts {
  private static final int EMPTY = -1;
  private static final int SMALLEST = 4;

  private int[] slots = empty(SMALLEST);
  private int[] counts = new int[SMALLEST];
  private int used;
  private int total;

  /** What is done with each node that holds at least one. */
  @FunctionalInterface
  interface Visitor {
    void visit(int slot, int count);
  }

  void add(int slot, int more) {
    int at = find(slot);
    if (slots[at] == EMPTY) {
      if ((used + 1) * 2 > slots.length) {
        rehash();
        at = find(slot);
      }
      slots[at] = slot;
      used++;
    }
    counts[at] += more;
    total += more;
    if (counts[at] < 0) {
      throw new IllegalStateException("slot %d would hold %d".formatted(slot, counts[at]));
    }
  }

  int of(int slot) {
    return counts[find(slot)];
  }

  boolean isEmpty() {
    return total == 0;
  }

  /** In no particular order. */
  void forEach(Visitor visitor) {
    for (int at = 0; at < slots.length; at++) {
      if (counts[at] > 0) {
        visitor.visit(slots[at], counts[at]);
      }
    }
  }

  private int find(int slot) {
    int mask = slots.length - 1;
    int at = ((slot * 0x9E3779B9) >>> 7) & mask;
    while (slots[at] != EMPTY && slots[at] != slot) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** Makes room; nodes that have come down to nothing are left behind. */
  private void rehash() {
    int[] oldSlots = slots;
    int[] oldCounts = counts;
    int live = 0;
    for (int count : oldCounts) {
      live += count > 0 ? 1 : 0;
    }
    int size = Math.max(SMALLEST, Integer.highestOneBit(live + 1) * 4);
    slots = empty(size);
    counts = new int[size];
    used = live;
    for (int at = 0; at < oldSlots.length; at++) {
      if (oldCounts[at] > 0) {
        int to = find(oldSlots[at]);
        slots[to] = oldSlots[at];
        counts[to] = oldCounts[at];
      }
    }
  }

  private static int[] empty(int size) {
    int[] slots = new int[size];
    Arrays.fill(slots, EMPTY);
    return slots;
  }
}

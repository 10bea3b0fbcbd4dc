package dev.berth.scheduler.signals;

import dev.berth.scheduler.state.Signals;
import dev.berth.scheduler.state.Traffic;
import java.util.Arrays;

/**
 * The traffic of one group in slots of 10 s; the newest 12 are kept. About 1 KiB. Confined to its
 * owner.
 */
final class Window {
  static final int SLOT_SECONDS = 10;
  static final int SLOTS = (int) Signals.WINDOW.toSeconds() / SLOT_SECONDS;
  static final int RECENT_SLOTS = (int) Signals.RECENT.toSeconds() / SLOT_SECONDS;
  private static final int FAILED = Traffic.BUCKETS;
  private static final int ERRORS = FAILED + 1;
  private static final int WIDTH = ERRORS + 1;

  private final long[] slots = new long[SLOTS];
  private final int[] counts = new int[SLOTS * WIDTH];
  private long newest;

  void add(long slot, Counted counted) {
    int index = (int) (slot % SLOTS);
    int from = index * WIDTH;
    if (slots[index] != slot) {
      slots[index] = slot;
      Arrays.fill(counts, from, from + WIDTH, 0);
    }
    newest = Math.max(newest, slot);
    int buckets = Math.min(Traffic.BUCKETS, counted.latency().size());
    for (int bucket = 0; bucket < buckets; bucket++) {
      counts[from + bucket] += bounded(counted.latency().get(bucket));
    }
    counts[from + FAILED] += bounded(counted.failed());
    counts[from + ERRORS] += bounded(counted.errors());
  }

  /** A router that lies can't make a count turn round within a slot of a few messages. */
  private static int bounded(long count) {
    return Math.clamp(count, 0, 1_000_000);
  }

  long newest() {
    return newest;
  }

  Traffic whole() {
    return sum(newest - SLOTS + 1, newest);
  }

  /** The whole slots before the one that is being filled. */
  Traffic recent(long slotNow) {
    return sum(slotNow - RECENT_SLOTS, slotNow - 1);
  }

  private Traffic sum(long first, long last) {
    long[] latency = new long[Traffic.BUCKETS];
    long failed = 0;
    long errors = 0;
    for (int index = 0; index < SLOTS; index++) {
      if (slots[index] >= first && slots[index] <= last) {
        int from = index * WIDTH;
        for (int bucket = 0; bucket < Traffic.BUCKETS; bucket++) {
          latency[bucket] += counts[from + bucket];
        }
        failed += counts[from + FAILED];
        errors += counts[from + ERRORS];
      }
    }
    return new Traffic(failed, errors, latency);
  }
}

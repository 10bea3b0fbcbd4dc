package dev.berth.simulation.world;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * One clock, one source of chance and one queue of what happens next.
 *
 * <p>All chance comes from the seed, each purpose having a stream of its own, so that leaving out
 * one fault disturbs the others little. What happens at the same moment happens in the order in
 * which it was planned. Confined to one thread.
 */
public final class World {
  private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");
  private static final int MOST_LINES = 400;
  private static final long HASH_PRIME = 0x100000001b3L;

  private record Planned(long at, long sequence, String what, Runnable action) {}

  private final long seed;
  private final PriorityQueue<Planned> queue =
      new PriorityQueue<>(
          Comparator.comparingLong(Planned::at).thenComparingLong(Planned::sequence));
  private final Map<String, RandomGenerator> streams = new HashMap<>();
  private final Deque<String> lines = new ArrayDeque<>();
  private long now;
  private long planned;
  private long steps;
  private long hash = 0xcbf29ce484222325L;

  public World(long seed) {
    this.seed = seed;
  }

  /** Microseconds since the beginning. */
  public long now() {
    return now;
  }

  /** In whole milliseconds, as the programs' own clock has it. */
  public Instant instant() {
    return BEGINNING.plusMillis(now / 1000);
  }

  /** The stream of chance for this purpose; the same for the same seed. */
  public RandomGenerator random(String purpose) {
    return streams.computeIfAbsent(
        purpose, name -> RandomGeneratorFactory.of("L64X128MixRandom").create(mix(seed, name)));
  }

  private static long mix(long seed, String name) {
    long mixed = seed * 0x9e3779b97f4a7c15L;
    for (int at = 0; at < name.length(); at++) {
      mixed = (mixed ^ name.charAt(at)) * HASH_PRIME;
    }
    return mixed ^ (mixed >>> 31);
  }

  /** Plans something; {@code what} goes into the trace. */
  public void after(Duration delay, String what, Runnable action) {
    after(delay.toNanos() / 1000, what, action);
  }

  public void after(long micros, String what, Runnable action) {
    queue.add(new Planned(now + Math.max(0, micros), planned++, what, action));
  }

  /** Makes the next thing happen, if it is to happen before this time; false if there is none. */
  public boolean step(long until) {
    Planned next = queue.peek();
    if (next == null || next.at() > until) {
      now = Math.max(now, until);
      return false;
    }
    queue.remove();
    now = next.at();
    steps++;
    stir(next.at());
    stir(next.what().hashCode());
    next.action().run();
    return true;
  }

  /** Something worth reading after a failure; part of the trace's hash. */
  public void tell(String line) {
    stir(line.hashCode());
    lines.addLast("%10.3f  %s".formatted(now / 1e6, line));
    if (lines.size() > MOST_LINES) {
      lines.removeFirst();
    }
  }

  private void stir(long value) {
    hash = (hash ^ value) * HASH_PRIME;
    hash ^= hash >>> 29;
  }

  public List<String> lines() {
    return new ArrayList<>(lines);
  }

  public long steps() {
    return steps;
  }

  /** The same for the same seed and schedule. */
  public long hash() {
    return hash;
  }
}

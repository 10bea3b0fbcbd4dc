package dev.berth.simulation.schedule;

import dev.berth.simulation.schedule.Act.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * All that is done to a cluster in a run: rounds of faults, each followed by peace.
 *
 * <p>Follows from the seed and the length; a run follows from the seed and its plan. Immutable.
 */
public record Plan(List<Act> acts, int rounds) {
  /** Time for the first deploys. */
  static final Duration SET_UP = Duration.ofSeconds(40);

  static final Duration TROUBLE = Duration.ofMinutes(7);

  /** Longer than the longest wait for a next start, and all else that must come to an end. */
  static final Duration PEACE = Duration.ofMinutes(8);

  private static final long LONGEST_MICROS = 120_000_000;
  private static final long SILENCE_MICROS = 70_000_000;
  private static final long LAST_MICROS = 20_000_000;

  public Plan {
    acts = List.copyOf(acts);
  }

  public static Plan of(long seed, Duration length) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed ^ 0x5eed);
    int rounds = Math.max(1, (int) length.minus(SET_UP).dividedBy(TROUBLE.plus(PEACE)));
    var acts = new ArrayList<Act>();
    for (int round = 0; round < rounds; round++) {
      // Some rounds are busy, some nearly quiet, and some know only a few kinds of fault.
      int count = 5 + random.nextInt(60);
      List<Kind> kinds = kinds(random);
      for (int act = 0; act < count; act++) {
        acts.add(act(random, kinds, troubleFrom(round), troubleUntil(round)));
      }
    }
    for (int round = 0; round < rounds; round++) {
      if (random.nextInt(3) == 0) {
        acts.add(lastError(random, round));
      }
    }
    acts.sort(Comparator.comparingLong(Act::at));
    return new Plan(acts, rounds);
  }

  private static Act lastError(RandomGenerator random, int round) {
    long at = troubleUntil(round) - 1 - random.nextLong(LAST_MICROS);
    return new Act(at, Kind.STORE_ERROR, 0, 0, 0);
  }

  private static List<Kind> kinds(RandomGenerator random) {
    var kinds = new ArrayList<Kind>();
    boolean isFew = random.nextInt(3) == 0;
    for (Kind kind : Kind.values()) {
      boolean isIn = kind.isUsers() || !isFew || random.nextInt(5) == 0;
      for (int copy = 0; isIn && copy < kind.weight(); copy++) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  private static Act act(RandomGenerator random, List<Kind> kinds, long from, long until) {
    Kind kind = kinds.get(random.nextInt(kinds.size()));
    long at = random.nextLong(from, until);
    // Short ones are more common, and long ones are longer than every timer.
    long longest = Math.min(LONGEST_MICROS, until - at + 1);
    double share = random.nextDouble();
    long micros = kind.isUsers() ? 0 : 1 + (long) (longest * share * share);
    if (kind == Kind.CUT_MANY) {
      micros = Math.min(until - at + 1, SILENCE_MICROS + micros); // long enough to be given up
    }
    return new Act(at, kind, random.nextInt(1000), random.nextInt(1000), micros);
  }

  public static long troubleFrom(int round) {
    return micros(SET_UP) + round * micros(TROUBLE.plus(PEACE));
  }

  public static long troubleUntil(int round) {
    return troubleFrom(round) + micros(TROUBLE);
  }

  /** When everything must have come to rest. */
  public static long peaceUntil(int round) {
    return troubleUntil(round) + micros(PEACE);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }

  public Plan with(List<Act> fewer) {
    return new Plan(fewer, rounds);
  }
}

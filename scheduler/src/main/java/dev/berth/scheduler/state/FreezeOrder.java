package dev.berth.scheduler.state;

import java.time.Duration;
import java.time.Instant;

/** What operators have said last about replacing the instances of lost nodes. */
public sealed interface FreezeOrder {
  FreezeOrder NONE = new None();

  record None() implements FreezeOrder {}

  /** Nothing is given up, and nothing moves that nobody asked for, until it is thawed. */
  record Frozen(Given given) implements FreezeOrder {}

  /** That too many nodes are silent does not count for so long. */
  record Thawed(Given given, Duration time) implements FreezeOrder {}

  /** By whom, why and when. */
  record Given(String actor, String reason, Instant at) {}
}

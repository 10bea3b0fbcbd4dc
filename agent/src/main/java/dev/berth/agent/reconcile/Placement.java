package dev.berth.agent.reconcile;

import dev.berth.agent.order.PlacementId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One placement as it is on this node.
 *
 * @param incarnation starts so far; 0 before the first
 * @param crashes ends in a row that nobody ordered
 * @param since when it came into its phase
 * @param startedAt of the present incarnation, or of the last
 * @param counters of the kernel that were told already, of the present incarnation
 */
public record Placement(
    PlacementId id,
    int incarnation,
    Phase phase,
    int crashes,
    @Nullable Exit lastExit,
    Instant since,
    Instant startedAt,
    Counters counters) {

  /** Kills for want of memory, and forks refused. */
  public record Counters(long oomKills, long pidsLimitHits) {
    static final Counters ZERO = new Counters(0, 0);
  }

  /** Of which no container exists; {@code incarnation} starts were made before. */
  public static Placement idle(PlacementId id, int incarnation, Instant now) {
    return new Placement(id, incarnation, new Phase.Idle(), 0, null, now, now, Counters.ZERO);
  }

  /** Found running when the agent came up; its health is to be seen. */
  public static Placement adopted(
      PlacementId id, int incarnation, Instant startedAt, Phase phase, Instant now) {
    return new Placement(id, incarnation, phase, 0, null, now, startedAt, Counters.ZERO);
  }

  Placement in(Phase next, Instant now) {
    return new Placement(id, incarnation, next, crashes, lastExit, now, startedAt, counters);
  }

  Placement inSamePhase(Phase next) {
    return new Placement(id, incarnation, next, crashes, lastExit, since, startedAt, counters);
  }

  Placement beginning(Instant now) {
    var next = new Phase.Preparing(null);
    return new Placement(
        id, incarnation + 1, next, crashes, lastExit, now, startedAt, Counters.ZERO);
  }

  Placement started(Address address, Rules rules, Instant now) {
    Phase next = rules.runningAt(address, now);
    return new Placement(id, incarnation, next, crashes, lastExit, now, now, counters);
  }

  Placement crashed(Exit exit, int inARow) {
    Phase next = new Phase.Backoff(exit.at().plus(RestartDelay.after(inARow)));
    return new Placement(id, incarnation, next, inARow, exit, exit.at(), startedAt, counters);
  }

  Placement over(Exit exit) {
    Phase next = new Phase.Over();
    return new Placement(id, incarnation, next, 0, exit, exit.at(), startedAt, counters);
  }

  Placement counted(Counters told) {
    return new Placement(id, incarnation, phase, crashes, lastExit, since, startedAt, told);
  }
}

package dev.berth.simulation.schedule;

import java.util.Locale;

/**
 * One thing that a user or a fault does to the cluster.
 *
 * @param at microseconds since the beginning
 * @param which of the processes, nodes or apps, counted round
 * @param other a second one, or a number that the kind knows
 * @param micros how long it lasts, 0 when it does not
 */
public record Act(long at, Kind kind, int which, int other, long micros) {

  /** What there is to do; the weight says how often. */
  public enum Kind {
    DEPLOY(6),
    SCALE(12),
    CONFIGURE(4),
    RESTART(4),
    ROLL_BACK(3),
    DESTROY(1),
    CREATE(3),
    SET_QUOTA(1),
    DRAIN(3),
    UNDRAIN(2),
    SET_ROLLOUT(3),
    STEER_DEPLOY(3),
    FREEZE(2),
    THAW(2),
    PUBLISH_BASE(1),
    TRY_BASE(3),
    HALT_TRIAL(1),

    KILL(6),
    PAUSE(4),
    KILL_LEADER(4),
    PAUSE_LEADER(4),
    KILL_ANSWERING(3),
    KILL_SCHEDULERS(1),
    CUT(3),
    CUT_ONE_WAY(3),
    CUT_OFF(4),
    CUT_MANY(2),
    FLAP(2),
    TEAR(5),
    DELAY(3),
    CUT_FROM_STORE(3),
    EXPIRE(2),
    DEPOSE(4),
    STORE_DOWN(1),
    STORE_SLOW(2),
    STORE_ERRORS(2),

    /** Only in the end of a round, where no other fault makes up for what the leader neglects. */
    STORE_ERROR(0),
    CRASH(10),
    OUT_OF_MEMORY(2),
    REBOOT(3),
    SLOW_HOST(3),
    FAIL_STARTS(2),
    HANG_STOPS(2),
    DISK_FULL(2),
    DAMAGE_ORDERS(1),
    UNVERIFY(2),
    ROUTER_DISK_FULL(1),
    WRONG_CLOCK(3);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    int weight() {
      return weight;
    }

    /** By a user, and no fault. */
    public boolean isUsers() {
      return compareTo(HALT_TRIAL) <= 0;
    }
  }

  @Override
  public String toString() {
    String how = micros == 0 ? "" : " for %.1f s".formatted(micros / 1e6);
    return "%.3f s %s %d %d%s"
        .formatted(at / 1e6, kind.name().toLowerCase(Locale.ROOT), which, other, how);
  }
}

package dev.berth.router.table;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which of the scheduler's messages become the table in force.
 *
 * <p>Never goes back to a lower epoch, never applies half a table and never bridges a gap between
 * versions. A full table that would drop more than half of more than {@value #GUARDED_ROUTES}
 * routes at once is believed when the scheduler says so twice: the second one may be newer, so that
 * a busy cluster cannot keep it waiting. Deltas are explicit and always believed. Immutable.
 */
public record Intake(RouteTable table, @Nullable Doubt doubt) {
  static final int GUARDED_ROUTES = 20;

  /** The full table that was put off until it is said again. */
  public record Doubt(long epoch, long version) {}

  public static Intake empty() {
    return new Intake(RouteTable.empty(), null);
  }

  public Outcome accept(FullTable full) {
    if (full.epoch() < table.epoch()) {
      return resync("a table of epoch " + full.epoch() + ", below " + table.epoch());
    }
    if (full.epoch() == table.epoch() && full.version() < table.version()) {
      return resync("a table of version " + full.version() + ", below " + table.version());
    }
    RouteTable next = RouteTable.of(full);
    if (next.poolCount() != full.poolCount() || next.hostCount() != full.hostCount()) {
      return resync(
          "a table with %d pools and %d hosts that says it has %d and %d"
              .formatted(next.poolCount(), next.hostCount(), full.poolCount(), full.hostCount()));
    }
    if (isShrunken(next) && !isSaidAgain(full)) {
      Intake doubting = new Intake(table, new Doubt(full.epoch(), full.version()));
      return new Outcome.Resync(
          doubting,
          "a table with %d of %d routes; it is used if the scheduler says so again"
              .formatted(next.routeCount(), table.routeCount()));
    }
    return new Outcome.Replaced(new Intake(next, null));
  }

  public Outcome accept(Delta delta) {
    if (delta.epoch() != table.epoch()) {
      return resync("a delta of epoch " + delta.epoch() + " on a table of " + table.epoch());
    }
    if (delta.version() <= table.version()) {
      return new Outcome.Known();
    }
    if (delta.fromVersion() != table.version()) {
      return resync(
          "a delta from version " + delta.fromVersion() + " on a table of " + table.version());
    }
    List<String> touched = new ArrayList<>(delta.removedPools());
    delta.pools().forEach(pool -> touched.add(pool.id()));
    return new Outcome.Changed(new Intake(table.with(delta), doubt), touched);
  }

  private boolean isShrunken(RouteTable next) {
    return table.routeCount() > GUARDED_ROUTES && next.routeCount() * 2L < table.routeCount();
  }

  private boolean isSaidAgain(FullTable full) {
    return doubt != null && doubt.epoch() == full.epoch() && doubt.version() <= full.version();
  }

  private Outcome resync(String reason) {
    return new Outcome.Resync(this, reason);
  }
}

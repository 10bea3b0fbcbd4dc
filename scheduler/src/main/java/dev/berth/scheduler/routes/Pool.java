package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.ProcessTypeId;
import java.util.List;

/** The healthy instances of one process type, oldest placement first. */
public record Pool(ProcessTypeId id, List<Route> routes, Emptiness emptiness) {
  /** Why a pool without routes has none. */
  public enum Emptiness {
    NOT_EMPTY,
    /** Scaled to zero, or never deployed. */
    NO_INSTANCES,
    /** All have crashed and wait for their next start. */
    CRASHED,
    /** None is healthy yet. */
    BOOTING
  }

  public Pool {
    routes = List.copyOf(routes);
  }
}

package dev.berth.scheduler.dispatch;

import dev.berth.proto.v1.PlacementSignals;
import dev.berth.proto.v1.RouterSignals;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.signals.Counted;
import dev.berth.scheduler.signals.Windows;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.Signals;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Collects what routers say of traffic, beside the loop, and sums it up for the loop now and then.
 *
 * <p>Signals of placements that are gone by then are passed over. Thread-safe.
 */
final class SignalDesk {
  /** How often the loop hears of it, while any router tells. */
  private static final Duration EVERY = Duration.ofSeconds(2);

  private final InstantSource clock;
  private final Windows windows;
  private Instant nextView;
  private long lostRequests;

  SignalDesk(InstantSource clock) {
    this.clock = clock;
    Instant now = clock.instant();
    this.windows = new Windows(now);
    this.nextView = now.plus(EVERY);
  }

  /** What the loop should know now, if it is time. */
  synchronized Optional<Signals> take(String router, RouterSignals told, Snapshot snapshot) {
    Instant now = clock.instant();
    windows.told(router, now);
    lostRequests += told.getLostRequests();
    for (PlacementSignals one : told.getPlacementsList()) {
      snapshot
          .state()
          .placements()
          .find(new PlacementId(one.getPlacementId()))
          .ifPresent(placement ->
              windows.add(
                  placement,
                  new Counted(one.getFailed(), one.getErrors(), one.getLatencyList()),
                  now));
    }
    if (told.getMore() || now.isBefore(nextView)) {
      return Optional.empty();
    }
    nextView = now.plus(EVERY);
    return Optional.of(windows.view(now));
  }

  /** Groups of instances with traffic in the last minutes. */
  synchronized int groups() {
    return windows.size();
  }

  /** What was counted somewhere and is in no sum: no scheduler was followed, or too many groups. */
  synchronized long lost() {
    return lostRequests + windows.passedOver();
  }
}

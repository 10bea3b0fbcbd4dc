package dev.berth.router.feed;

import dev.berth.router.metrics.RouteSignals;
import java.util.List;
import java.util.function.Consumer;

/** Where the feed takes what it reports of instances. */
@FunctionalInterface
public interface SignalSource {
  /** For a router that has nothing to tell. */
  SignalSource NONE = (_, _) -> {};

  /**
   * Takes what was counted since it was taken last; may answer later and on any thread.
   *
   * @param atMost so many; the rest comes next time
   */
  void take(int atMost, Consumer<List<RouteSignals>> to);
}

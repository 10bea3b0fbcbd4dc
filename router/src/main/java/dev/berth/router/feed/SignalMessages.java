package dev.berth.router.feed;

import dev.berth.proto.v1.PlacementSignals;
import dev.berth.proto.v1.RouterMessage;
import dev.berth.proto.v1.RouterSignals;
import dev.berth.router.metrics.RouteSignals;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns what was counted into messages of bounded size, and remembers how much nobody was told.
 *
 * <p>Confined to the feed's thread.
 */
final class SignalMessages {
  /** In one beat; the routes beyond wait for the next. */
  static final int PER_BEAT = 40_000;

  private static final int PER_MESSAGE = 5_000;

  private long lostRequests;

  /** Nobody follows: old news would look like new ones later, so they are dropped and counted. */
  void drop(List<RouteSignals> signals) {
    for (RouteSignals one : signals) {
      lostRequests += one.requests();
    }
  }

  /** At least one, so that a quiet router is not taken for one that tells nothing. */
  List<RouterMessage> of(List<RouteSignals> signals) {
    List<RouterMessage> messages = new ArrayList<>();
    int from = 0;
    do {
      int to = Math.min(signals.size(), from + PER_MESSAGE);
      RouterSignals.Builder message =
          RouterSignals.newBuilder().setLostRequests(lostRequests).setMore(to < signals.size());
      lostRequests = 0;
      signals.subList(from, to).forEach(one -> message.addPlacements(message(one)));
      messages.add(RouterMessage.newBuilder().setSignals(message).build());
      from = to;
    } while (from < signals.size());
    return messages;
  }

  private static PlacementSignals message(RouteSignals signals) {
    return PlacementSignals.newBuilder()
        .setPlacementId(signals.placementId())
        .setFailed(signals.failed())
        .setErrors(signals.errors())
        .addAllLatency(signals.latency())
        .build();
  }
}

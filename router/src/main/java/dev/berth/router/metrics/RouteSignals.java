package dev.berth.router.metrics;

import java.util.List;

/**
 * What one instance answered since it was asked before.
 *
 * @param failed answers of the app with a status of 500 or above
 * @param errors times that it was asked and gave no whole answer
 * @param latency answers by time to the head; see {@link RouteTally}
 */
public record RouteSignals(long placementId, long failed, long errors, List<Long> latency) {
  public RouteSignals {
    latency = List.copyOf(latency);
  }

  public long requests() {
    long requests = errors;
    for (long answers : latency) {
      requests += answers;
    }
    return requests;
  }
}

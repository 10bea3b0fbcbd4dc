package dev.berth.scheduler.campaign;

import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.ClusterState;
import java.time.Instant;
import java.util.function.Predicate;

/** All that a campaign looks at; {@code isSettled} says of an app that nothing of it is moving. */
public record Fleet(ClusterState state, Actual actual, Predicate<App> isSettled, Instant now) {
  int readyNodes() {
    int ready = 0;
    for (Actual.NodeActual node : actual.nodes().values()) {
      ready += node.liveness() == Actual.Liveness.READY ? 1 : 0;
    }
    return ready;
  }
}

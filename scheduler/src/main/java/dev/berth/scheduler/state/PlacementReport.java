package dev.berth.scheduler.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an agent last said about one placement. */
public record PlacementReport(
    PlacementId id, int incarnation, Phase phase, @Nullable Exit lastExit, Instant since) {

  public boolean isRunning() {
    return phase instanceof Phase.Running;
  }

  public boolean isStopped() {
    return phase instanceof Phase.Stopped;
  }
}

package dev.berth.scheduler.state;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an agent last said about one placement. */
public record PlacementReport(
    PlacementId id, int incarnation, Phase phase, @Nullable Exit lastExit, Instant since) {

  public PlacementReport since(Instant time) {
    return new PlacementReport(id, incarnation, phase, lastExit, time);
  }

  public boolean isSamePhaseAs(PlacementReport other) {
    return incarnation == other.incarnation && phase.getClass() == other.phase.getClass();
  }

  public boolean isRunning() {
    return phase instanceof Phase.Running;
  }

  public boolean isStopped() {
    return phase instanceof Phase.Stopped;
  }
}

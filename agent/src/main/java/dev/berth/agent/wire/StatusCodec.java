package dev.berth.agent.wire;

import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Cause;
import dev.berth.agent.reconcile.Exit;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.reconcile.Placement;
import dev.berth.proto.v1.PlacementStatus;
import dev.berth.proto.v1.PlacementStatus.Backoff;
import dev.berth.proto.v1.PlacementStatus.Preparing;
import dev.berth.proto.v1.PlacementStatus.Running;
import dev.berth.proto.v1.PlacementStatus.Starting;
import dev.berth.proto.v1.PlacementStatus.Stopped;
import dev.berth.proto.v1.PlacementStatus.Stopping;
import java.time.Instant;

/** A placement as the scheduler is told of it. */
public final class StatusCodec {
  private StatusCodec() {}

  public static PlacementStatus message(Placement placement) {
    var status =
        PlacementStatus.newBuilder()
            .setPlacementId(placement.id().value())
            .setIncarnation(placement.incarnation())
            .setSince(placement.since().toEpochMilli());
    Exit exit = placement.lastExit();
    if (exit != null) {
      status.setLastExit(message(exit));
    }
    return withPhase(status, placement.phase()).build();
  }

  private static PlacementStatus.Builder withPhase(PlacementStatus.Builder status, Phase phase) {
    return switch (phase) {
      case Phase.Idle _, Phase.Preparing _ -> status.setPreparing(Preparing.getDefaultInstance());
      case Phase.Starting(Address at, _) -> status.setStarting(starting(at));
      // Still runs, and must not be routed to.
      case Phase.Failing(Address at, _, _) -> status.setStarting(starting(at));
      case Phase.Running(Address at, _, _, _) ->
          status.setRunning(Running.newBuilder().setAddress(at.host()).setPort(at.port()));
      case Phase.Backoff(Instant next) ->
          status.setBackoff(Backoff.newBuilder().setNextStartAt(next.toEpochMilli()));
      case Phase.Stopping _, Phase.Over _, Phase.Discarding _ ->
          status.setStopping(Stopping.getDefaultInstance());
      case Phase.Stopped _, Phase.Releasing _ -> status.setStopped(Stopped.getDefaultInstance());
    };
  }

  private static Starting starting(Address at) {
    return Starting.newBuilder().setAddress(at.host()).setPort(at.port()).build();
  }

  private static dev.berth.proto.v1.Exit message(Exit exit) {
    return dev.berth.proto.v1.Exit.newBuilder()
        .setCause(message(exit.cause()))
        .setCode(exit.code())
        .setAt(exit.at().toEpochMilli())
        .setMessage(exit.message())
        .build();
  }

  private static dev.berth.proto.v1.Exit.Cause message(Cause cause) {
    return switch (cause) {
      case PROCESS_EXITED -> dev.berth.proto.v1.Exit.Cause.PROCESS_EXITED;
      case OUT_OF_MEMORY -> dev.berth.proto.v1.Exit.Cause.OUT_OF_MEMORY;
      case UNHEALTHY -> dev.berth.proto.v1.Exit.Cause.UNHEALTHY;
      case STOPPED -> dev.berth.proto.v1.Exit.Cause.STOPPED;
      case START_FAILED -> dev.berth.proto.v1.Exit.Cause.START_FAILED;
      case UNVERIFIED -> dev.berth.proto.v1.Exit.Cause.UNVERIFIED;
    };
  }
}

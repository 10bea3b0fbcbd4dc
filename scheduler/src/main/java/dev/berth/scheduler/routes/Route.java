package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.PlacementId;

/** One instance that may be sent requests. */
public record Route(
    PlacementId placement, int incarnation, String address, int port, InstanceId instance) {}

package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.InstanceId;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;

/** One instance that may be sent requests. */
public record Route(
    PlacementId placement, int incarnation, String address, int port, InstanceId instance) {

  boolean isOlderThan(Placement other) {
    return placement.compareTo(other.id()) < 0;
  }

  boolean is(Placement of, int ofIncarnation, String ofAddress, int ofPort) {
    return placement.equals(of.id())
        && incarnation == ofIncarnation
        && port == ofPort
        && address.equals(ofAddress)
        && instance.equals(of.instance());
  }
}

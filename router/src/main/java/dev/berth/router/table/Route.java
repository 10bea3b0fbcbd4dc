package dev.berth.router.table;

import java.util.Objects;

/** One instance that may be sent requests. Two incarnations are never the same route. */
public record Route(long placementId, int incarnation, String address, int port, String instance) {
  public Route {
    Objects.requireNonNull(instance);
    if (address.isEmpty()) {
      throw new IllegalArgumentException("route " + instance + " has no address");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "route " + instance + " has port " + port + "; it must be 1 to 65535");
    }
  }
}

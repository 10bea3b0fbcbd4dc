package dev.berth.router.table;

import java.util.Objects;

/** A hostname and the pool that answers for it. */
public record HostEntry(String hostname, String poolId) {
  public HostEntry {
    Objects.requireNonNull(poolId);
    if (!hostname.equals(Hostnames.normalised(hostname))) {
      throw new IllegalArgumentException(
          "hostname \"" + hostname + "\" is not in lower case without port and trailing dot");
    }
  }
}

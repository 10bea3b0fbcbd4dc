package dev.berth.router.table;

import java.util.List;

/** What changed from one version to a later one of the same epoch. */
public record Delta(
    long epoch,
    long fromVersion,
    long version,
    List<Pool> pools,
    List<String> removedPools,
    List<HostEntry> hosts,
    List<String> removedHosts) {
  public Delta {
    pools = List.copyOf(pools);
    removedPools = List.copyOf(removedPools);
    hosts = List.copyOf(hosts);
    removedHosts = List.copyOf(removedHosts);
    if (version <= fromVersion) {
      throw new IllegalArgumentException(
          "a delta goes from version " + fromVersion + " to " + version + ", which is not later");
    }
  }
}

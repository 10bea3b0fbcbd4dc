package dev.berth.router.table;

import java.util.List;

/** The scheduler's word on everything: pools, hosts, and how many of each there should be. */
public record FullTable(
    long epoch,
    long version,
    List<Pool> pools,
    List<HostEntry> hosts,
    int poolCount,
    int hostCount) {
  public FullTable {
    pools = List.copyOf(pools);
    hosts = List.copyOf(hosts);
  }
}

package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.ProcessTypeId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What leads from one version of the table to another; empty when the versions are equal. */
public record RouteDelta(
    long fromVersion,
    long version,
    List<Pool> pools,
    List<ProcessTypeId> removedPools,
    Map<String, ProcessTypeId> hosts,
    List<String> removedHosts) {

  public RouteDelta {
    pools = List.copyOf(pools);
    removedPools = List.copyOf(removedPools);
    hosts = Collections.unmodifiableMap(new TreeMap<>(hosts));
    removedHosts = List.copyOf(removedHosts);
  }

  public static RouteDelta nothing(long version) {
    return new RouteDelta(version, version, List.of(), List.of(), Map.of(), List.of());
  }

  public boolean isEmpty() {
    return fromVersion == version;
  }
}

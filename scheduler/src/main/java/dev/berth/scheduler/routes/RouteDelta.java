package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.ProcessTypeId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

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

  /** This step and the next one as a single step. */
  public RouteDelta then(RouteDelta next) {
    var allPools = new TreeMap<ProcessTypeId, Pool>();
    pools.forEach(pool -> allPools.put(pool.id(), pool));
    next.removedPools().forEach(allPools::remove);
    next.pools().forEach(pool -> allPools.put(pool.id(), pool));
    var gonePools = new TreeSet<>(removedPools);
    gonePools.addAll(next.removedPools());
    gonePools.removeAll(allPools.keySet());
    var allHosts = new TreeMap<>(hosts);
    next.removedHosts().forEach(allHosts::remove);
    allHosts.putAll(next.hosts());
    var goneHosts = new TreeSet<>(removedHosts);
    goneHosts.addAll(next.removedHosts());
    goneHosts.removeAll(allHosts.keySet());
    return new RouteDelta(
        fromVersion,
        next.version(),
        List.copyOf(allPools.values()),
        List.copyOf(gonePools),
        allHosts,
        List.copyOf(goneHosts));
  }

  public boolean isEmpty() {
    return fromVersion == version;
  }
}

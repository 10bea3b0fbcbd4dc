package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.ProcessTypeId;
import org.pcollections.TreePMap;

/** Which hostname leads to which pool. The version increases with each change within an epoch. */
public record RouteTable(
    long version, TreePMap<ProcessTypeId, Pool> pools, TreePMap<String, ProcessTypeId> hosts) {
  public static final RouteTable EMPTY = new RouteTable(0, TreePMap.empty(), TreePMap.empty());
}

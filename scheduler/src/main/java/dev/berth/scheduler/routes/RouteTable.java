package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.ProcessTypeId;
import java.util.List;
import org.pcollections.TreePMap;

/**
 * Which hostname leads to which pool. The version increases with each change within an epoch, from
 * 1.
 *
 * <p>{@code domains} is {@code hosts} seen from the pools.
 */
public record RouteTable(
    long version,
    TreePMap<ProcessTypeId, Pool> pools,
    TreePMap<String, ProcessTypeId> hosts,
    TreePMap<ProcessTypeId, List<String>> domains) {
  public static final RouteTable EMPTY =
      new RouteTable(1, TreePMap.empty(), TreePMap.empty(), TreePMap.empty());

  List<String> domains(ProcessTypeId pool) {
    return domains.getOrDefault(pool, List.of());
  }
}

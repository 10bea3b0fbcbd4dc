package dev.berth.scheduler.state;

import java.util.List;
import org.pcollections.TreePMap;

/** The pools that the operator configured; every other one is a standard one. */
public record NodePools(TreePMap<String, NodePool> configured) {
  public static final NodePools STANDARD = new NodePools(TreePMap.empty());

  public static NodePools of(List<NodePool> pools) {
    TreePMap<String, NodePool> configured = TreePMap.empty();
    for (NodePool pool : pools) {
      configured = configured.plus(pool.name(), pool);
    }
    return new NodePools(configured);
  }

  public NodePool named(String name) {
    NodePool pool = configured.get(name);
    return pool == null ? NodePool.standard(name) : pool;
  }
}

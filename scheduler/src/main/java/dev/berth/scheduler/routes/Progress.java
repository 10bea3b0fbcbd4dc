package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.Actual.RouterActual;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;

/**
 * In which version of the table each instance came and went, so that the routers' acknowledgements
 * can be understood.
 */
public record Progress(TreePMap<PlacementId, Long> addedIn, TreePMap<PlacementId, Long> goneIn) {
  public static final Progress NONE = new Progress(TreePMap.empty(), TreePMap.empty());

  public Progress after(RouteTable before, RouteDelta delta) {
    TreePMap<PlacementId, Long> added = addedIn;
    TreePMap<PlacementId, Long> gone = goneIn;
    for (Pool pool : delta.pools()) {
      Set<PlacementId> is = placements(pool);
      Set<PlacementId> was = placements(before.pools().get(pool.id()));
      for (PlacementId id : is) {
        added = was.contains(id) ? added : added.plus(id, delta.version());
      }
      was.removeAll(is);
      gone = allIn(gone, was, delta.version());
    }
    for (ProcessTypeId id : delta.removedPools()) {
      gone = allIn(gone, placements(before.pools().get(id)), delta.version());
    }
    return new Progress(added, gone);
  }

  /** The placement does not exist any more. */
  public Progress without(PlacementId id) {
    return new Progress(addedIn.minus(id), goneIn.minus(id));
  }

  /** Do all routers that count serve the instance? */
  public boolean isRouted(PlacementId id, Iterable<RouterActual> routers) {
    Long version = addedIn.get(id);
    return version != null && allServe(version, routers);
  }

  /**
   * Has every router that counts let go of the instance? One that was never routed in this epoch
   * may be in a router's table of an earlier one: any table of this epoch replaces that.
   */
  public boolean isGone(PlacementId id, Iterable<RouterActual> routers) {
    return allServe(goneIn.getOrDefault(id, RouteTable.EMPTY.version()), routers);
  }

  private static boolean allServe(long version, Iterable<RouterActual> routers) {
    for (RouterActual router : routers) {
      if (router.acknowledged() < version) {
        return false;
      }
    }
    return true;
  }

  private static TreePMap<PlacementId, Long> allIn(
      TreePMap<PlacementId, Long> map, Set<PlacementId> ids, long version) {
    TreePMap<PlacementId, Long> after = map;
    for (PlacementId id : ids) {
      after = after.plus(id, version);
    }
    return after;
  }

  private static Set<PlacementId> placements(@Nullable Pool pool) {
    var ids = new TreeSet<PlacementId>();
    if (pool != null) {
      pool.routes().forEach(route -> ids.add(route.placement()));
    }
    return ids;
  }
}

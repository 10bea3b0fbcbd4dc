package dev.berth.scheduler.routes;

import dev.berth.scheduler.state.Actual.RouterActual;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.PlacementMap;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * In which version of the table each instance came and went, so that the routers' acknowledgements
 * can be understood.
 */
public record Progress(PlacementMap<Long> addedIn, PlacementMap<Long> goneIn) {
  public static final Progress NONE = new Progress(PlacementMap.empty(), PlacementMap.empty());

  public Progress after(RouteTable before, RouteDelta delta) {
    PlacementMap<Long> added = addedIn;
    PlacementMap<Long> gone = goneIn;
    for (Pool pool : delta.pools()) {
      List<Route> was = routes(before.pools().get(pool.id()));
      int at = 0;
      for (Route route : pool.routes()) {
        while (at < was.size() && isOlder(was.get(at), route)) {
          gone = gone.plus(was.get(at++).placement(), delta.version());
        }
        if (at < was.size() && was.get(at).placement().equals(route.placement())) {
          at++;
        } else {
          added = added.plus(route.placement(), delta.version());
        }
      }
      gone = allIn(gone, was.subList(at, was.size()), delta.version());
    }
    for (ProcessTypeId id : delta.removedPools()) {
      gone = allIn(gone, routes(before.pools().get(id)), delta.version());
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

  private static PlacementMap<Long> allIn(
      PlacementMap<Long> map, List<Route> routes, long version) {
    PlacementMap<Long> after = map;
    for (Route route : routes) {
      after = after.plus(route.placement(), version);
    }
    return after;
  }

  private static boolean isOlder(Route one, Route other) {
    return one.placement().compareTo(other.placement()) < 0;
  }

  /** Oldest placement first, as a pool has them. */
  private static List<Route> routes(@Nullable Pool pool) {
    return pool == null ? List.of() : pool.routes();
  }
}

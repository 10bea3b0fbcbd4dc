package dev.berth.scheduler.routes;

import dev.berth.scheduler.routes.Pool.Emptiness;
import dev.berth.scheduler.state.Actual;
import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.Phase;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.ProcessTypeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Derives the routes from the state and from what the agents reported.
 *
 * <p>Only instances that should run and do run, healthy, are routed; the agent's word ends a route
 * at once, silence does not. Looks only at the apps named.
 */
public final class Routing {
  private Routing() {}

  /** The table after changes to these apps; the same table if nothing came of them. */
  public static Step after(
      RouteTable table, ClusterState state, Actual actual, Collection<AppId> apps) {
    var changed = new Step.Builder(table);
    for (AppId id : apps) {
      var pool = new ProcessTypeId(id, ProcessType.WEB);
      App app = state.apps().get(id);
      if (app == null || app.isLeaving()) {
        changed.remove(pool);
      } else {
        changed.put(pool(app, pool, state, actual, table.pools().get(pool)), app.domains());
      }
    }
    return changed.build();
  }

  /** The pool as it was, if nothing has changed, and of one that has what is left: most is. */
  private static Pool pool(
      App app, ProcessTypeId type, ClusterState state, Actual actual, @Nullable Pool before) {
    List<Route> had = before == null ? List.of() : before.routes();
    var routes = new ArrayList<Route>(had.size() + 1);
    int kept = 0;
    int at = 0;
    int crashed = 0;
    int wanted = 0;
    for (Placement placement : state.placements().of(type)) {
      if (placement.isWanted()) {
        wanted++;
        PlacementReport report = actual.placements().get(placement.id());
        if (report != null && report.phase() instanceof Phase.Running(String address, int port)) {
          while (at < had.size() && had.get(at).isOlderThan(placement)) {
            at++;
          }
          Route old = at < had.size() ? had.get(at) : null;
          if (old != null && old.is(placement, report.incarnation(), address, port)) {
            routes.add(old);
            kept++;
          } else {
            routes.add(
                new Route(
                    placement.id(), report.incarnation(), address, port, placement.instance()));
          }
        }
        crashed += report != null && report.phase() instanceof Phase.Backoff ? 1 : 0;
      }
    }
    Emptiness emptiness = emptiness(app, routes.size(), wanted, crashed);
    boolean isSame = kept == routes.size() && kept == had.size();
    return before != null && isSame && before.emptiness() == emptiness
        ? before
        : new Pool(type, routes, emptiness);
  }

  private static Emptiness emptiness(App app, int routes, int wanted, int crashed) {
    if (routes > 0) {
      return Emptiness.NOT_EMPTY;
    }
    boolean none = app.formation().getOrDefault(ProcessType.WEB, new Formation(0, "")).count() == 0;
    if (none || !app.isDeployed()) {
      return Emptiness.NO_INSTANCES;
    }
    return wanted > 0 && crashed == wanted ? Emptiness.CRASHED : Emptiness.BOOTING;
  }
}

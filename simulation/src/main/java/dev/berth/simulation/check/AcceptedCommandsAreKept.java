package dev.berth.simulation.check;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.Outcome;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.Tenant;
import dev.berth.simulation.cluster.Cluster;
import dev.berth.simulation.cluster.Happening;
import dev.berth.simulation.store.Ensemble;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * S3: what was answered with success is in the store at that moment, stays there until a later
 * command, and is what every new leader begins from.
 */
final class AcceptedCommandsAreKept extends Invariant {
  private record Kept(Object id, Instant made, long version) {}

  private final Set<Kept> ever = new HashSet<>();
  private final Map<AppId, App> newest = new TreeMap<>();

  AcceptedCommandsAreKept(Cluster cluster) {
    super(cluster);
  }

  @Override
  public void happened(Happening happening) {
    switch (happening) {
      case Happening.Committed(Ensemble.Commit commit) ->
          commit.write().changes().forEach(this::committed);
      case Happening.Began(String scheduler, long epoch, ClusterState loaded) ->
          began(scheduler, epoch, loaded);
      case Happening.Answered(String scheduler, _, Outcome.Accepted(Outcome.Result result)) ->
          answered(scheduler, result);
      default -> {}
    }
  }

  private void committed(Change change) {
    if (change instanceof Change.PutApp(App app)) {
      App before = newest.put(app.id(), app);
      boolean isSame = before != null && before.createdAt().equals(app.createdAt());
      require(
          !isSame || before.version() <= app.version(),
          "version %d of app %s was written over version %d",
          app.version(),
          app.id(),
          before == null ? 0 : before.version());
      ever.add(new Kept(app.id(), app.createdAt(), app.version()));
    } else if (change instanceof Change.PutTenant(Tenant tenant)) {
      ever.add(new Kept(tenant.id(), tenant.createdAt(), tenant.version()));
    } else if (change instanceof Change.PutRelease(Release release)) {
      ever.add(new Kept(release.id(), release.origin().at(), 0));
    }
  }

  private void began(String scheduler, long epoch, ClusterState loaded) {
    ClusterState committed = cluster().ensemble().state();
    require(
        epoch != cluster().ensemble().epoch()
            || (loaded.apps().equals(committed.apps())
                && loaded.tenants().equals(committed.tenants())
                && loaded.releases().equals(committed.releases())
                && loaded.bases().equals(committed.bases())
                && loaded.upkeep().equals(committed.upkeep())
                && loaded.nodes().equals(committed.nodes())
                && loaded.placements().byId().equals(committed.placements().byId())
                && loaded.counters().equals(committed.counters())),
        "%s began epoch %d from another state than the committed one",
        scheduler,
        epoch);
  }

  private void answered(String scheduler, Outcome.Result result) {
    switch (result) {
      case Outcome.Result.AppResult(App app) -> requireKept(scheduler, app);
      case Outcome.Result.ReleaseResult(App app, Release release) -> {
        requireKept(scheduler, app);
        if (release != null) {
          requireKept(scheduler, new Kept(release.id(), release.origin().at(), 0));
        }
      }
      case Outcome.Result.TenantResult(Tenant tenant) ->
          requireKept(scheduler, new Kept(tenant.id(), tenant.createdAt(), tenant.version()));
      case Outcome.Result.BaseResult(String line, BaseVersion version, _) ->
          require(
              cluster().ensemble().state().base(line, version.number()).isPresent(),
              "%s answered that %s v%d is published, and it is not stored",
              scheduler,
              line,
              version.number());
      case Outcome.Result.Done _ -> {}
      case Outcome.Result.Restarting _ -> {}
      default -> {}
    }
  }

  private void requireKept(String scheduler, App app) {
    requireKept(scheduler, new Kept(app.id(), app.createdAt(), app.version()));
  }

  private void requireKept(String scheduler, Kept kept) {
    require(ever.contains(kept), "%s answered before %s was stored", scheduler, kept);
  }
}

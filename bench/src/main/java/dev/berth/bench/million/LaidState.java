package dev.berth.bench.million;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.AppId;
import dev.berth.scheduler.state.BaseLine;
import dev.berth.scheduler.state.BaseVersion;
import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.Digest;
import dev.berth.scheduler.state.EgressPolicy;
import dev.berth.scheduler.state.Formation;
import dev.berth.scheduler.state.HealthCheck;
import dev.berth.scheduler.state.ProcessType;
import dev.berth.scheduler.state.Quota;
import dev.berth.scheduler.state.Release;
import dev.berth.scheduler.state.ReleaseId;
import dev.berth.scheduler.state.Sizes;
import dev.berth.scheduler.state.Tenant;
import dev.berth.scheduler.state.TenantId;
import dev.berth.scheduler.store.Batch;
import dev.berth.scheduler.store.EmbeddedZooKeeper;
import dev.berth.scheduler.store.ZooKeeperConnection;
import dev.berth.scheduler.store.ZooKeeperSecret;
import dev.berth.scheduler.store.ZooKeeperStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.curator.framework.CuratorFramework;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * The deployed apps, none of them scaled yet, laid down by the scheduler's own store code before
 * the scheduler starts: deploying is not what is measured.
 */
final class LaidState {
  private static final String ROOT = "/berth";
  private static final Duration SESSION = Duration.ofSeconds(10);
  private static final Instant LONG_AGO = Instant.parse("2026-01-01T00:00:00Z");
  private static final Digest SLUG = new Digest("5".repeat(64));
  private static final Digest BASE = new Digest("b".repeat(64));

  private LaidState() {}

  static void lay(Path zooKeeper, Dimensions dimensions, String processType)
      throws IOException, InterruptedException {
    try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(zooKeeper);
        CuratorFramework client =
            ZooKeeperConnection.open(
                server.connectString(), ZooKeeperSecret.in(zooKeeper), SESSION)) {
      ZooKeeperStore store = ZooKeeperStore.open(client.getZookeeperClient().getZooKeeper(), ROOT);
      List<Change> changes = changes(dimensions, processType);
      store
          .commit(new Batch(changes, store.load().state().after(changes)))
          .toCompletableFuture()
          .get();
    } catch (ExecutionException failure) {
      throw new IllegalStateException("the apps cannot be laid down", failure);
    } catch (InterruptedException | IOException | RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IllegalStateException("there is no session with ZooKeeper", failure);
    }
  }

  private static List<Change> changes(Dimensions dimensions, String processType) {
    List<Change> changes = new ArrayList<>();
    for (int tenant = 0; tenant < dimensions.tenants(); tenant++) {
      changes.add(new Change.PutTenant(tenant(tenant)));
    }
    changes.add(
        new Change.PutBase(
            new BaseLine(
                "debian-12",
                TreePVector.singleton(
                    new BaseVersion(1, BASE, 1 << 28, LONG_AGO, "", false, false)))));
    for (int app = 0; app < dimensions.apps(); app++) {
      AppId id = AppId.of(dimensions.tenant(app), "app-" + app);
      changes.add(new Change.PutRelease(release(id, processType)));
      changes.add(
          new Change.PutApp(
              App.create(
                      id,
                      "app-%d.%s.localhost".formatted(app, dimensions.tenant(app)),
                      "debian-12",
                      LONG_AGO)
                  .withRelease(new App.CurrentRelease(1, 1, 1))
                  .withFormation(processType, new Formation(0, Sizes.NANO.name()))));
    }
    return changes;
  }

  private static Tenant tenant(int number) {
    return new Tenant(
        new TenantId("tenant-" + number),
        new Quota(1_000_000, 1L << 40, 1_000_000),
        EgressPolicy.OPEN,
        new Digest("%064x".formatted(number + 1)),
        1,
        LONG_AGO);
  }

  private static Release release(AppId app, String processType) {
    return new Release(
        new ReleaseId(app, 1),
        new Release.Slug(SLUG, 1 << 24),
        "debian-12",
        TreePMap.singleton(
            processType,
            new ProcessType(
                processType,
                "bin/" + processType,
                HealthCheck.STANDARD,
                ProcessType.DEFAULT_GRACE_MILLIS)),
        TreePMap.<String, String>empty()
            .plus("DATABASE_URL", "postgres://db.internal:5432/" + app.name())
            .plus("RACK_ENV", "production"),
        new Release.Origin(LONG_AGO, "operator", "laid down for a benchmark"));
  }
}

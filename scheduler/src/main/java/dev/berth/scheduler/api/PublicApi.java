package dev.berth.scheduler.api;

import dev.berth.scheduler.base.BaseInspection;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.collect.Collector;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Planner;
import dev.berth.scheduler.dispatch.Logs;
import dev.berth.scheduler.dispatch.Verifications;
import dev.berth.scheduler.placement.SpreadPlacer;
import dev.berth.scheduler.slug.SlugBuilder;
import dev.berth.scheduler.slug.SlugIndex;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/** All public services, each behind the check of who calls. Thread-safe. */
public final class PublicApi {
  private final Leadership leadership;
  private final Watches watches;
  private final List<BindableService> services;

  /** The stores that slugs and bases go to, and what looks at them on the way. */
  public record Stores(
      BlobStore blobs,
      SlugIndex slugs,
      SlugBuilder builder,
      BaseInspection bases,
      Collector collector) {}

  /** What is asked of agents when a caller wants to know. */
  public record Agents(Logs logs, Verifications verifications) {}

  public PublicApi(
      ClusterFacts facts,
      Leadership leadership,
      Stores stores,
      Agents agents,
      Tokens tokens,
      Executor executor) {
    var plans = new PlanBook(new Planner(facts.settings(), new SpreadPlacer()), new SecureRandom());
    Desk desk = new Desk(leadership, plans);
    Uploads uploads = new Uploads(stores.blobs());
    this.leadership = leadership;
    this.watches = new Watches(desk, executor);
    this.services =
        List.of(
            new ClusterApi(desk, facts),
            new TenantApi(desk, tokens),
            new AppApi(desk, watches),
            new ReleaseApi(desk, stores.slugs(), stores.builder(), uploads),
            new NodeApi(desk, agents.verifications()),
            new BaseApi(desk, uploads, stores.bases()),
            new LogApi(desk, agents.logs(), executor),
            new EventApi(desk, watches),
            new PlacementApi(desk, facts.settings(), plans),
            new AdminApi(
                desk,
                new Restoration.Means(facts, stores.blobs()),
                new GarbageApi(stores.collector())));
  }

  /** What the server serves. */
  public Stream<ServerServiceDefinition> services() {
    Callers callers = new Callers(leadership);
    return services.stream().map(service -> ServerInterceptors.intercept(service, callers));
  }

  /** To be told of terms: open watches end with theirs. */
  public Leadership.Follower watches() {
    return watches;
  }

  /** Watches open at this moment. */
  public int openWatches() {
    return watches.open();
  }
}

package dev.berth.scheduler;

import dev.berth.admin.AdminEndpoint;
import dev.berth.identity.Identity;
import dev.berth.scheduler.api.ApiServer;
import dev.berth.scheduler.api.ClusterFacts;
import dev.berth.scheduler.api.PublicApi;
import dev.berth.scheduler.api.Tokens;
import dev.berth.scheduler.base.BaseInspection;
import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.collect.Collector;
import dev.berth.scheduler.confine.Confinement;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.dispatch.AgentLinkService;
import dev.berth.scheduler.dispatch.Dispatch;
import dev.berth.scheduler.dispatch.Logs;
import dev.berth.scheduler.dispatch.RouteFeedService;
import dev.berth.scheduler.dispatch.Verifications;
import dev.berth.scheduler.metrics.MeasuredElection;
import dev.berth.scheduler.metrics.SchedulerMetrics;
import dev.berth.scheduler.outgoing.Destinations;
import dev.berth.scheduler.outgoing.Errands;
import dev.berth.scheduler.outgoing.WebhookClient;
import dev.berth.scheduler.slug.SlugBuilder;
import dev.berth.scheduler.slug.SlugIndex;
import dev.berth.scheduler.slug.SquashfsPacker;
import dev.berth.scheduler.state.Ipv4Network;
import io.grpc.ServerServiceDefinition;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * The whole scheduler: ZooKeeper, election, loop, streams and API, built top-down and closed in
 * reverse. Serves from the moment it is built; leads once it is elected. Thread-safe.
 */
public final class Scheduler implements AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final SchedulerCore core;
  private final ApiServer server;
  private final AdminEndpoint admin;

  /** The clock and the chance that everything below is given. */
  public record Outside(InstantSource clock, SecureRandom random) {}

  public Scheduler(SchedulerSettings settings, Outside outside)
      throws IOException, InterruptedException {
    try {
      PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      new JvmMemoryMetrics().bindTo(registry);
      ExecutorService executor = opened(Executors.newVirtualThreadPerTaskExecutor());
      core =
          opened(
              new SchedulerCore(
                  settings.zooKeeper(),
                  settings.cluster(),
                  settings.timers(),
                  outside.clock(),
                  election -> new MeasuredElection(election, registry)));
      Leadership leadership = core.leadership();
      Dispatch dispatch = new Dispatch(settings.clusterId(), leadership, executor, outside.clock());
      var agents = new PublicApi.Agents(new Logs(dispatch), new Verifications(dispatch));
      PublicApi.Stores stores = stores(settings, leadership);
      opened(stores.collector()).start();
      PublicApi api =
          new PublicApi(
              new ClusterFacts(settings.clusterId(), settings.cluster(), version()),
              leadership,
              stores,
              agents,
              new Tokens(outside.random()),
              executor);
      opened(leadership.follow(dispatch));
      opened(leadership.follow(api.watches()));
      Stream<ServerServiceDefinition> services =
          Stream.concat(
              api.services(),
              Stream.of(
                  new AgentLinkService(
                          dispatch, agents.logs(), agents.verifications(), stores.blobs())
                      .bindService(),
                  new RouteFeedService(dispatch).bindService()));
      SchedulerMetrics.bind(registry, leadership, dispatch, api);
      SchedulerMetrics.bind(registry, stores.collector());
      server =
          opened(
              new ApiServer(
                  new ApiServer.Address(
                      settings.listen().apiAddress(), settings.listen().apiPort()),
                  Identity.load(settings.identityDirectory()).serverCredentials(),
                  services,
                  executor));
      admin = opened(new AdminEndpoint(registry, settings.listen().adminPort()));
      Set<Integer> ownPorts = Set.copyOf(List.of(server.port(), admin.port(), core.storePort()));
      Errands errands = opened(errands(settings.webhookAllow(), ownPorts, outside.clock()));
      opened(leadership.follow(errands));
      errands.start();
      core.stand(advertised(settings.listen()));
    } catch (IOException | InterruptedException | RuntimeException failure) {
      close();
      throw failure;
    }
  }

  private static Errands errands(
      List<Ipv4Network> allowed, Set<Integer> ownPorts, InstantSource clock) {
    return new Errands(new WebhookClient(new Destinations(allowed, ownPorts), clock));
  }

  private String advertised(SchedulerSettings.ListenSettings listen) {
    return listen.advertised().orElseGet(() -> listen.apiAddress() + ":" + server.port());
  }

  private static PublicApi.Stores stores(SchedulerSettings settings, Leadership leadership)
      throws IOException {
    BlobStore blobs = BlobStore.open(settings.blobsDirectory(), settings.listen().name());
    SlugIndex index = new SlugIndex(blobs);
    Confinement confinement = new Confinement();
    SquashfsPacker packer = new SquashfsPacker(confinement);
    return new PublicApi.Stores(
        blobs,
        index,
        new SlugBuilder(blobs, index, packer, settings.slugs()),
        new BaseInspection(confinement),
        new Collector(leadership, blobs, settings.keepBlobs()));
  }

  public int apiPort() {
    return server.port();
  }

  public int adminPort() {
    return admin.port();
  }

  /** Completes when this process can never lead again and should end. */
  public CompletionStage<Throwable> failed() {
    return core.failed();
  }

  private static String version() {
    String version = Scheduler.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private <T extends AutoCloseable> T opened(T part) {
    parts.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception failure) {
        throw new IllegalStateException("a part of the scheduler cannot be closed", failure);
      }
    }
  }
}

package dev.berth.router;

import dev.berth.admin.AdminEndpoint;
import dev.berth.admin.RunFile;
import dev.berth.identity.Identity;
import dev.berth.leader.Dial;
import dev.berth.leader.EpochFile;
import dev.berth.leader.Epochs;
import dev.berth.leader.Schedulers;
import dev.berth.router.feed.RouteFeed;
import dev.berth.router.feed.TableSink;
import dev.berth.router.metrics.AccessLog;
import dev.berth.router.metrics.RouterMetrics;
import dev.berth.router.proxy.ProxyServer;
import dev.berth.router.table.RouteTable;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The whole router of one process: the proxy, the feed that tells it where to, and what it shows.
 *
 * <p>Serves the saved table before it has spoken to any scheduler. Starts top-down in the
 * constructor and closes in reverse.
 */
final class Router implements AutoCloseable {
  private static final int MAX_TABLE_BYTES = 64 * 1024 * 1024;

  /** A new leader counts on routers that have lost the old one to call within 20 s. */
  private static final Duration QUIET = Duration.ofSeconds(5);

  private final @Nullable AccessLog accessLog;
  private final ProxyServer proxy;
  private final Schedulers schedulers;
  private final RouteFeed feed;
  private final AdminEndpoint admin;

  Router(RouterSettings settings, Clock clock, LongSupplier nanoTime, SplittableGenerator random) {
    accessLog = settings.accessLogFile().map(AccessLog::new).orElse(null);
    proxy =
        new ProxyServer(
            settings.proxy(),
            new ProxyServer.Surroundings(nanoTime, clock, random.split(), accessLog));
    feed =
        new RouteFeed(
            settings.feed(),
            settings.tableFile(),
            new Sink(proxy),
            new RouteFeed.Surroundings(nanoTime, random.split(), proxy::takeSignals));
    feed.restore();
    proxy.open();
    // Clients are served from here on; what follows takes longer than all of the above.
    Identity identity = Identity.load(settings.identityDirectory());
    ChannelCredentials credentials = identity.channelCredentials();
    schedulers = new Schedulers(settings.schedulers(), it -> dial(it, credentials));
    feed.follow(schedulers, epochs(settings.tableFile(), feed.state().epoch()));
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    RouterMetrics.bind(registry, proxy.counters(), ProxyServer.failureCodes());
    RouterMetrics.bindTable(registry, feed::state, nanoTime);
    admin = new AdminEndpoint(registry, settings.adminPort());
    RunFile.write(settings.runFile(), runFile(settings));
  }

  /** The proxy as the feed sees it. */
  private record Sink(ProxyServer proxy) implements TableSink {
    @Override
    public void use(RouteTable table, @Nullable Collection<String> changedPools, Runnable inForce) {
      proxy.use(table, changedPools, inForce);
    }

    @Override
    public void whenLetGo(Runnable letGo) {
      proxy.whenLetGo(letGo);
    }
  }

  private static ManagedChannel dial(String address, ChannelCredentials credentials) {
    return Dial.to(address, credentials, QUIET).maxInboundMessageSize(MAX_TABLE_BYTES).build();
  }

  /** Beside the table, and kept when that is lost. */
  private static Epochs epochs(Path tableFile, long atLeast) {
    Path file = tableFile.resolveSibling(tableFile.getFileName() + ".epoch");
    try {
      return EpochFile.open(file, atLeast);
    } catch (IOException failure) {
      throw new UncheckedIOException(file + " cannot be read", failure);
    }
  }

  private Map<String, Object> runFile(RouterSettings settings) {
    Map<String, Object> fields = new TreeMap<>();
    fields.put("pid", ProcessHandle.current().pid());
    fields.put("program", "router");
    fields.put("cluster", settings.clusterId());
    fields.put("httpPort", proxy.port());
    fields.put("adminPort", admin.port());
    return fields;
  }

  @Override
  public void close() {
    proxy.stopListening();
    feed.close();
    proxy.close();
    schedulers.close();
    admin.close();
    if (accessLog != null) {
      accessLog.close();
    }
  }
}

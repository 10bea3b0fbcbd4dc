package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.output.Table;
import dev.berth.proto.v1.AppMetrics;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.TrafficOf;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** An app's traffic as the routers see it. */
@Command(
    name = "metrics",
    description = {
      "Show what the routers saw of an app's traffic in the last two minutes:",
      "requests, failures and latency, by process type, release and base version."
    },
    footer = "JSON: one TrafficOf object per line.")
public final class MetricsCommand implements Callable<Integer> {
  private final Surroundings surroundings;
  @Mixin private final ClusterOptions on = new ClusterOptions();
  @Mixin private final AppOption option = new AppOption();

  public MetricsCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    AppName app = option.name(surroundings);
    try (Cluster cluster = on.open(surroundings)) {
      AppMetrics found = cluster.ask(AppServiceGrpc::newBlockingStub, it -> it.getMetrics(app));
      new Answer(surroundings.terminal(), on.json)
          .list(
              found.getTrafficList(),
              () -> table(found),
              "No traffic in the last 15 minutes that a router has told of.");
      return 0;
    }
  }

  private static Table table(AppMetrics found) {
    Table table =
        new Table(
            "process",
            "release",
            "base",
            "running",
            "req/s",
            "requests",
            "5xx",
            "no answer",
            "p50",
            "p95",
            "p99");
    for (TrafficOf it : found.getTrafficList()) {
      table.row(
          it.getProcessType(),
          "v" + it.getRelease(),
          "v" + it.getBaseVersion(),
          it.getInstances(),
          String.format(Locale.ROOT, "%.1f", it.getRequestsPerKilosecond() / 1000.0),
          it.getRequests(),
          share(it.getFailed(), it.getRequests()),
          share(it.getErrors(), it.getRequests()),
          millis(it.getP50Micros()),
          millis(it.getP95Micros()),
          millis(it.getP99Micros()));
    }
    return table;
  }

  private static String share(long part, long whole) {
    return part == 0 ? "0%" : String.format(Locale.ROOT, "%.1f%%", 100.0 * part / whole);
  }

  private static String millis(long micros) {
    return micros >= 10_000
        ? micros / 1000 + " ms"
        : String.format(Locale.ROOT, "%.1f ms", micros / 1000.0);
  }
}

package dev.berth.bench.measure;

import dev.berth.bench.cluster.BaseImages;
import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.load.LoadReport;
import dev.berth.bench.load.SteadyLoad;
import dev.berth.proto.v1.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Replacements while requests come at a constant rate: a hundred instances of one app given a new
 * release, ten at a time; two hundred of twenty apps on three nodes given a new base.
 */
public final class RollBenchmark implements Benchmark {
  private static final int MANY = 100;
  private static final int AT_A_TIME = 10;
  private static final int NODES = 3;
  private static final int APPS = 20;
  private static final int EACH = 10;
  private static final int RATE = 200;
  private static final int CONNECTIONS = 8;
  private static final String SIZE = "nano";
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Path home;
  private final LongSupplier nanoTime;
  private final Deadline deadline;

  public RollBenchmark(Path home, LongSupplier nanoTime) {
    this.home = home;
    this.nanoTime = nanoTime;
    this.deadline = new Deadline(nanoTime);
  }

  @Override
  public Report run() throws Exception {
    List<Row> rows = new ArrayList<>();
    try (QuickApp app = QuickApp.deploy(home)) {
      rows.add(deploy(app));
    }
    try (ThrowawayCluster cluster = ThrowawayCluster.start(home, NODES);
        ClusterApi api = cluster.api()) {
      rows.add(rollBase(cluster, api));
    }
    String conditions =
        "BusyBox httpd, size %s, %d requests a second through the router".formatted(SIZE, RATE);
    return new Report("roll", conditions, rows);
  }

  private Row deploy(QuickApp app) throws IOException, InterruptedException {
    app.cluster.berth(
        "rollout", "set", "-a", QuickApp.NAME, "--max-surge", Integer.toString(AT_A_TIME));
    scale(app.api, QuickApp.NAME, MANY);
    int before = app.api.instances(QuickApp.NAME).getApp().getCurrentRelease();
    SteadyLoad load = load(app.cluster, QuickApp.HOSTNAME);
    long start = nanoTime.getAsLong();
    app.cluster.berth("config", "set", "-a", QuickApp.NAME, "COLOUR=green", "--no-wait");
    awaitAll(app.api, QuickApp.NAME, MANY, it -> it.getRelease() == before + 1);
    double millis = millisSince(start);
    return row("100 instances of one app, 10 at a time", MANY, 1, millis, load.stop());
  }

  private Row rollBase(ThrowawayCluster cluster, ClusterApi api)
      throws IOException, InterruptedException {
    cluster.publishBase("busybox");
    cluster.berth("tenants", "create", "bench");
    Path slug = QuickApp.files(cluster.scratch());
    List<String> apps = new ArrayList<>();
    for (int number = 1; number <= APPS; number++) {
      String app = "bench/quick" + number;
      apps.add(app);
      cluster.berth("apps", "create", app, "--base", "busybox");
      cluster.berth("deploy", slug.toString(), "-a", app);
      scale(api, app, EACH);
    }
    cluster.berth("bases", "publish", "busybox", patched(cluster.scratch()).toString());
    SteadyLoad load = load(cluster, "quick1.bench.localhost");
    long start = nanoTime.getAsLong();
    cluster.berth("bases", "roll", "busybox", "--rings", "100%", "--soak", "0s", "--no-wait");
    for (String app : apps) {
      awaitAll(api, app, EACH, it -> it.getBaseVersion() == 2);
    }
    double millis = millisSince(start);
    return row(
        "base under 200 instances of 20 apps, 3 nodes", APPS * EACH, NODES, millis, load.stop());
  }

  /** The same files and one more, so that it is another image. */
  private Path patched(Path scratch) throws IOException, InterruptedException {
    Path image = scratch.resolve("patched.sqfs");
    Files.copy(BaseImages.image(home, "busybox"), image);
    Path extra = Files.createDirectory(scratch.resolve("extra"));
    Files.writeString(extra.resolve("patched"), "1\n");
    Path log = scratch.resolve("patch.log");
    Process process =
        new ProcessBuilder(
                "mksquashfs", extra.toString(), image.toString(), "-quiet", "-no-progress")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("the base can't be patched: " + Files.readString(log));
    }
    return image;
  }

  private void scale(ClusterApi api, String app, int count) {
    api.scale(app, "web", count, SIZE);
    awaitAll(api, app, count, _ -> true);
  }

  private void awaitAll(ClusterApi api, String app, int count, Predicate<Instance> isNew) {
    deadline.until(
        count + " of " + app,
        LIMIT,
        () -> {
          List<Instance> all = api.instances(app).getInstancesList();
          return all.size() == count
              && all.stream()
                  .allMatch(it -> it.getPhase() == Instance.Phase.RUNNING && isNew.test(it));
        });
  }

  private SteadyLoad load(ThrowawayCluster cluster, String host) {
    return SteadyLoad.start(cluster.httpPort(), host, "/", RATE, CONNECTIONS, nanoTime);
  }

  private double millisSince(long start) {
    return (nanoTime.getAsLong() - start) / 1e6;
  }

  private static Row row(String what, int count, int nodes, double millis, LoadReport load) {
    return Row.of(what, "s", millis / 1000)
        .and("per s, node", count * 1000.0 / millis / nodes)
        .and("requests", (double) load.answers())
        .and("failed", load.failures().size());
  }
}

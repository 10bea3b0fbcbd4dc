package dev.berth.bench.measure;

import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.ThrowawayCluster;
import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.figures.Samples;
import dev.berth.bench.load.LoadReport;
import dev.berth.bench.load.SteadyLoad;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a quiet HTTP app of one tenant feels of another tenant's attacks on the same node.
 *
 * <p>Before each attack the quiet app is measured alone, so that the machine's own drift is seen.
 * The requests take the way of all requests, through the router.
 */
public final class NeighbourBenchmark implements Benchmark {
  private static final Logger LOG = LoggerFactory.getLogger(NeighbourBenchmark.class);
  private static final String QUIET = "quiet/app";
  private static final String NOISY = "noisy/app";
  private static final String HOSTNAME = "app.quiet.localhost";
  private static final String SIZE = "small";
  private static final int RATE = 200;
  private static final int CONNECTIONS = 8;
  private static final Duration ALONE = Duration.ofSeconds(10);
  private static final Duration BESIDE = Duration.ofSeconds(12);
  private static final Duration WARMING = Duration.ofSeconds(2);
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Process types of the noisy app, with what each does. */
  private static final Map<String, String> ATTACKS = new LinkedHashMap<>();

  static {
    ATTACKS.put("cpu", "(a) busy loop on all cores");
    ATTACKS.put("fork", "(b) fork bomb");
    ATTACKS.put("memory", "(c) memory bomb, tmpfs, page cache");
    ATTACKS.put("disk", "(d) disk filler");
    ATTACKS.put("inodes", "(d) inode filler");
    ATTACKS.put("log", "(e) log flood");
    ATTACKS.put("connections", "(f) connection flood");
  }

  private final Path home;
  private final LongSupplier nanoTime;
  private final Deadline deadline;

  public NeighbourBenchmark(Path home, LongSupplier nanoTime) {
    this.home = home;
    this.nanoTime = nanoTime;
    this.deadline = new Deadline(nanoTime);
  }

  @Override
  public Report run() throws Exception {
    try (ThrowawayCluster cluster = ThrowawayCluster.start(home, 1);
        ClusterApi api = cluster.api();
        Nowhere _ = Nowhere.open(cluster.id(), cluster.scratch())) {
      cluster.publishBase("debian-12");
      deploy(cluster, "quiet");
      deploy(cluster, "noisy");
      api.scale(QUIET, "web", 1, SIZE);
      deadline.until("the quiet app", LIMIT, () -> api.running(QUIET, "web").size() == 1);
      var _ = load(cluster, ALONE); // the first seconds of a program are not like the others
      List<Row> rows = new ArrayList<>();
      for (Map.Entry<String, String> attack : ATTACKS.entrySet()) {
        Row row = beside(cluster, api, attack.getKey(), attack.getValue());
        LOG.info("{} {}", row.what(), row.figures());
        rows.add(row);
      }
      String conditions =
          "one node, size %s each, %d requests a second, %d s alone, then %d s beside the attack"
              .formatted(SIZE, RATE, ALONE.toSeconds(), BESIDE.toSeconds());
      return new Report("neighbours", conditions, rows);
    }
  }

  private void deploy(ThrowawayCluster cluster, String name) {
    String app = name + "/app";
    cluster.berth("tenants", "create", name);
    cluster.berth("apps", "create", app);
    cluster.berth(
        "deploy", home.resolve("bench/src/main/apps").resolve(name).toString(), "-a", app);
  }

  private Row beside(ThrowawayCluster cluster, ClusterApi api, String attack, String words)
      throws InterruptedException {
    LoadReport alone = load(cluster, ALONE);
    api.scale(NOISY, attack, 1, SIZE);
    deadline.until("the attack", LIMIT, () -> api.running(NOISY, attack).size() == 1);
    Thread.sleep(WARMING);
    HostCpu before = HostCpu.look(cluster, nanoTime);
    LoadReport noisy = load(cluster, BESIDE);
    Map<String, Double> cpu = HostCpu.look(cluster, nanoTime).since(before);
    api.scale(NOISY, attack, 0, SIZE);
    deadline.until("its end", LIMIT, () -> running(api, attack) == 0);
    return row(words, alone, noisy, cpu);
  }

  private static long running(ClusterApi api, String attack) {
    return api.instances(NOISY).getInstancesList().stream()
        .filter(instance -> instance.getProcessType().equals(attack))
        .count();
  }

  private LoadReport load(ThrowawayCluster cluster, Duration time) throws InterruptedException {
    SteadyLoad load =
        SteadyLoad.start(cluster.httpPort(), HOSTNAME, "/", RATE, CONNECTIONS, nanoTime);
    Thread.sleep(time);
    return load.stop();
  }

  private static Row row(
      String words, LoadReport alone, LoadReport noisy, Map<String, Double> cpu) {
    Samples quiet = Samples.of(alone.latencies());
    Samples beside = Samples.of(noisy.latencies());
    Row row =
        Row.of(words, "alone p50 ms", quiet.percentileMillis(0.5))
            .and("alone p99 ms", quiet.percentileMillis(0.99))
            .and("beside p50 ms", beside.percentileMillis(0.5))
            .and("beside p99 ms", beside.percentileMillis(0.99))
            .and("p99 ratio", beside.percentileMillis(0.99) / quiet.percentileMillis(0.99))
            .and("errors alone", (double) alone.failures().size())
            .and("errors beside", (double) noisy.failures().size())
            .and("requests", (double) noisy.answers());
    for (Map.Entry<String, Double> share : cpu.entrySet()) {
      row = row.and("cpu% " + share.getKey(), Math.rint(share.getValue()));
    }
    return row;
  }
}

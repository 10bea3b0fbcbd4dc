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
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a quiet HTTP app of one tenant feels of another tenant's attacks on the same node.
 *
 * <p>Before each attack the quiet app is measured alone, so that the machine's own drift is seen.
 * The load generator has a cpu cgroup of much weight and short turns in both: its own waiting is
 * not the cluster's. The requests take the way of all requests, through the router.
 */
public final class NeighbourBenchmark implements Benchmark {
  private static final Logger LOG = LoggerFactory.getLogger(NeighbourBenchmark.class);
  private static final String QUIET = "quiet/app";
  private static final String NOISY = "noisy/app";
  private static final String HOSTNAME = "app.quiet.localhost";
  private static final String SIZE = "small";
  private static final int RATE = 500;
  private static final int CONNECTIONS = 8;

  /** Alone and beside, in turn: so that both see the machine's own drift. */
  private static final int PAIRS = 3;

  private static final Duration EACH = Duration.ofSeconds(14);
  private static final int WARM_UPS = 2;
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
  private final Map<String, String> attacks;
  private final LongSupplier nanoTime;
  private final Deadline deadline;

  /**
   * Measures nothing yet.
   *
   * @param beside names of attacks with commas between; empty for all of them
   */
  public NeighbourBenchmark(Path home, String beside, LongSupplier nanoTime) {
    this.home = home;
    this.attacks = new LinkedHashMap<>(ATTACKS);
    List<String> chosen = List.of(beside.split(",", -1));
    if (!ATTACKS.keySet().containsAll(chosen) && !beside.isEmpty()) {
      throw new IllegalArgumentException("--beside takes some of " + ATTACKS.keySet());
    }
    attacks.keySet().removeIf(name -> !beside.isEmpty() && !chosen.contains(name));
    this.nanoTime = nanoTime;
    this.deadline = new Deadline(nanoTime);
  }

  @Override
  public Report run() throws Exception {
    try (WakeLateness wakes = WakeLateness.open();
        ThrowawayCluster cluster = ThrowawayCluster.start(home, 1);
        ClusterApi api = cluster.api();
        GeneratorCgroup _ = GeneratorCgroup.enter(cluster.id());
        Nowhere _ = Nowhere.open(cluster.id(), cluster.scratch())) {
      cluster.publishBase("debian-12");
      deploy(cluster, "quiet");
      deploy(cluster, "noisy");
      api.scale(QUIET, "web", 1, SIZE);
      deadline.until("the quiet app", LIMIT, () -> api.running(QUIET, "web").size() == 1);
      for (int i = 0; i < WARM_UPS; i++) {
        var _ = load(cluster); // the first seconds of a program are not like the others
      }
      List<Row> rows = new ArrayList<>();
      for (Map.Entry<String, String> attack : attacks.entrySet()) {
        Row row = beside(cluster, api, wakes, attack);
        LOG.info("{} {}", row.what(), row.figures());
        rows.add(row);
      }
      String conditions =
          "one node, size %s each, %d requests a second, %d times %d s alone and as long beside"
              .formatted(SIZE, RATE, PAIRS, EACH.toSeconds());
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

  private Row beside(
      ThrowawayCluster cluster,
      ClusterApi api,
      WakeLateness wakes,
      Map.Entry<String, String> attackAndWords)
      throws InterruptedException {
    String attack = attackAndWords.getKey();
    String words = attackAndWords.getValue();
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      wakes.p99Millis();
      LoadReport alone = load(cluster);
      double lateAlone = wakes.p99Millis();
      api.scale(NOISY, attack, 1, SIZE);
      deadline.until("the attack", LIMIT, () -> api.running(NOISY, attack).size() == 1);
      Thread.sleep(WARMING);
      wakes.p99Millis();
      HostCpu before = HostCpu.look(cluster, nanoTime);
      LoadReport noisy = load(cluster);
      Map<String, Double> cpu = HostCpu.look(cluster, nanoTime).since(before);
      double lateBeside = wakes.p99Millis();
      api.scale(NOISY, attack, 0, SIZE);
      deadline.until("its end", LIMIT, () -> running(api, attack) == 0);
      pairs.add(new Pair(alone, noisy, cpu, lateAlone, lateBeside));
      LOG.info("{}, pair {}: p99 ratio {}", words, i + 1, pairs.getLast().ratio());
    }
    return row(words, pairs);
  }

  private static long running(ClusterApi api, String attack) {
    return api.instances(NOISY).getInstancesList().stream()
        .filter(instance -> instance.getProcessType().equals(attack))
        .count();
  }

  private LoadReport load(ThrowawayCluster cluster) throws InterruptedException {
    SteadyLoad load =
        SteadyLoad.start(cluster.httpPort(), HOSTNAME, "/", RATE, CONNECTIONS, nanoTime);
    Thread.sleep(EACH);
    return load.stop();
  }

  /** One look at the quiet app alone, and the next beside an attack. */
  private record Pair(
      LoadReport alone,
      LoadReport noisy,
      Map<String, Double> cpu,
      double lateAlone,
      double lateBeside) {
    double ratio() {
      return p99(noisy) / p99(alone);
    }

    private static double p99(LoadReport report) {
      return Samples.of(report.latencies()).percentileMillis(0.99);
    }
  }

  private static Row row(String words, List<Pair> pairs) {
    Samples quiet = all(pairs, Pair::alone);
    Samples beside = all(pairs, Pair::noisy);
    double[] ratios = pairs.stream().mapToDouble(Pair::ratio).sorted().toArray();
    Row row =
        Row.of(words, "alone p50 ms", quiet.percentileMillis(0.5))
            .and("alone p99 ms", quiet.percentileMillis(0.99))
            .and("beside p50 ms", beside.percentileMillis(0.5))
            .and("beside p99 ms", beside.percentileMillis(0.99))
            .and("p99 ratio", beside.percentileMillis(0.99) / quiet.percentileMillis(0.99))
            .and("lowest of a pair", ratios[0])
            .and("highest", ratios[ratios.length - 1])
            .and("errors alone", sum(pairs, it -> it.alone().failures().size()))
            .and("errors beside", sum(pairs, it -> it.noisy().failures().size()))
            .and("requests", sum(pairs, it -> (int) it.noisy().answers()))
            .and("rt wake p99 alone ms", median(pairs, Pair::lateAlone))
            .and("rt wake p99 beside ms", median(pairs, Pair::lateBeside));
    for (String who : pairs.getFirst().cpu().keySet()) {
      int share = sum(pairs, it -> (int) Math.rint(it.cpu().getOrDefault(who, 0.0)));
      row = row.and("cpu% " + who, (double) share / pairs.size());
    }
    return row;
  }

  private static Samples all(List<Pair> pairs, Function<Pair, LoadReport> which) {
    return Samples.of(
        pairs.stream().flatMap(pair -> which.apply(pair).latencies().stream()).toList());
  }

  private static double median(List<Pair> pairs, ToDoubleFunction<Pair> what) {
    return pairs.stream().mapToDouble(what).sorted().toArray()[pairs.size() / 2];
  }

  private static int sum(List<Pair> pairs, ToIntFunction<Pair> what) {
    return pairs.stream().mapToInt(what).sum();
  }
}

package dev.berth.bench.million;

import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.figures.Row;
import dev.berth.bench.figures.Samples;
import dev.berth.bench.million.MillionCluster.Serving;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.scheduler.store.ZooKeeperConnection;
import dev.berth.scheduler.store.ZooKeeperSecret;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.curator.framework.CuratorFramework;

/**
 * The benchmark's stages, in their order, each on what the one before has left. Confined to one
 * thread.
 */
final class Stages {
  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final int QUIET_MILLIS = 300;
  private static final long LONGEST_LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final MillionCluster cluster;
  private final Dimensions dimensions;
  private final LongSupplier nanoTime;
  private final Deadline deadline;
  private final Consumer<Row> rows;
  private Serving scheduler;
  private OwnProcess agents;
  private long emptyHeap;

  Stages(MillionCluster cluster, Dimensions dimensions, LongSupplier nanoTime, Consumer<Row> rows)
      throws IOException {
    this.cluster = cluster;
    this.dimensions = dimensions;
    this.nanoTime = nanoTime;
    this.deadline = new Deadline(nanoTime);
    this.rows = rows;
    this.scheduler = cluster.scheduler(0);
    this.agents = cluster.agents();
  }

  void fill() throws IOException, InterruptedException {
    long began = nanoTime.getAsLong();
    agents.ask("dial");
    linked();
    value("agents connected, TLS handshake each", seconds(began), "s");
    value(
        "  cpu of the scheduler meanwhile",
        ProcessUse.of(scheduler.process().pid()).cpuMillis() / 1e3,
        "s");
    emptyHeap = SchedulerGauges.liveHeap(scheduler.process().pid());
    double commits = metric("berth_scheduler_commit_seconds_count");
    var before = ProcessUse.of(scheduler.process().pid());
    var agentsBefore = ProcessUse.of(agents.pid());
    try (ClusterApi api = api(0)) {
      var filling = new Filling(api, dimensions, nanoTime);
      long start = nanoTime.getAsLong();
      filling.start();
      awaitRunning(filling);
      deadline.until("all counted as running", LIMIT, () -> isAllRunning(api));
      double took = seconds(start);
      filling.end();
      row(
          "all committed, delivered, acknowledged as running",
          took,
          "s",
          dimensions.instances() / took);
      var used = ProcessUse.of(scheduler.process().pid()).since(before);
      value("  cpu of the scheduler, its store within", used.cpuMillis() / 1e3, "s");
      value("  cpu of its store", used.storeMillis() / 1e3, "s");
      value(
          "  cpu of the simulated agents",
          ProcessUse.of(agents.pid()).since(agentsBefore).cpuMillis() / 1e3,
          "s");
      double written = metric("berth_scheduler_commit_seconds_count") - commits;
      row("  passes committed", written, "", written / took);
      rows.accept(Row.of("scale command -> committed", filling.scales()));
      rows.accept(Row.of("other command -> committed, meanwhile", filling.probes()));
    }
    long pid = scheduler.process().pid();
    value("scheduler's resident set, then", ProcessUse.mib(pid, "VmRSS"), "MiB");
    value("scheduler's resident set, most", ProcessUse.mib(pid, "VmHWM"), "MiB");
    value("agents told of orders", count(tally(), "messages"), "messages");
  }

  void idle() {
    awaitQuiet(scheduler.process().pid());
    long nanos = dimensions.settling().toNanos();
    var before = ProcessUse.of(scheduler.process().pid());
    LockSupport.parkNanos(nanos);
    var used = ProcessUse.of(scheduler.process().pid()).since(before);
    value("settled: cpu of scheduler and store", used.millisASecond(nanos), "ms/s");
    value("settled: of that, the store", used.storeMillis() * 1e9 / nanos, "ms/s");
  }

  void crashes() {
    samples(
        "crash report -> committed and told to a watcher",
        "crash " + cluster.address(0) + " " + dimensions.crashes());
    String apps =
        String.join(" ", IntStream.range(0, dimensions.apps()).mapToObj(dimensions::app).toList());
    samples(
        "restart of one -> its new placement's order at an agent",
        "restart %s %d %s %d %s"
            .formatted(
                cluster.address(0),
                dimensions.crashes(),
                MillionCluster.PROCESS_TYPE,
                dimensions.perApp(),
                apps));
  }

  /** Kills scheduler and embedded store at once, and starts them again. */
  void coldTakeover() throws IOException, InterruptedException {
    long heap = SchedulerGauges.liveHeap(scheduler.process().pid()) - emptyHeap;
    value("heap an instance", heap / (double) dimensions.instances(), "B");
    awaitQuiet(scheduler.process().pid());
    Map<String, Double> before = tally();
    long killed = nanoTime.getAsLong();
    scheduler.process().kill();
    OwnProcess again = cluster.launchScheduler(0, "");
    value("cold: kill -9 of scheduler and store, start -> serving", served(0, killed), "s");
    scheduler = new Serving(again, cluster.port(0), 0);
    after("cold", killed, before);
  }

  void warmTakeover() throws IOException, InterruptedException {
    awaitQuiet(scheduler.process().pid());
    scheduler.process().stop();
    String connect = cluster.store();
    value("znode data an instance", stored(connect) / (double) dimensions.instances(), "B");
    Serving leader = cluster.scheduler(0, connect);
    served(0, nanoTime.getAsLong());
    linked();
    Serving follower = cluster.scheduler(1, connect);
    awaitQuiet(follower.process().pid());
    awaitQuiet(leader.process().pid());
    value("follower's resident set", ProcessUse.mib(follower.process().pid(), "VmRSS"), "MiB");
    Map<String, Double> before = tally();
    long killed = nanoTime.getAsLong();
    leader.process().kill();
    value("warm: kill -9 of the leader -> the other serving", served(1, killed), "s");
    after("warm", killed, before);
    scheduler = follower;
  }

  private void after(String kind, long killed, Map<String, Double> before) {
    linked();
    value(kind + ": kill -> every agent connected again", seconds(killed), "s");
    Map<String, Double> now = tally();
    double touched =
        count(now, "starts")
            - count(before, "starts")
            + count(now, "stops")
            - count(before, "stops");
    value(kind + ": instances touched", touched, "");
  }

  private static double count(Map<String, Double> tally, String what) {
    return Objects.requireNonNull(tally.get(what), what);
  }

  /** Seconds until the scheduler answers a command that its loop has taken. */
  private double served(int number, long since) {
    try (var probe = new CommandProbe(cluster.identity("operator"), cluster.address(number))) {
      deadline.until("a leader", LIMIT, () -> probe.isServed(dimensions));
      return seconds(since);
    }
  }

  private void linked() {
    require("linked", agents.ask("linked 900"));
  }

  private void awaitRunning(Filling filling) {
    String answer;
    do {
      filling.check();
      answer = agents.ask("running 2 " + dimensions.instances());
    } while (!answer.equals("done"));
  }

  private static void require(String what, String answer) {
    if (!answer.equals("done")) {
      throw new AssertionError(what + ": " + answer);
    }
  }

  /** Until it has used next to no cpu for a while: what it had to do is done. */
  private void awaitQuiet(long pid) {
    long pause = Math.min(LONGEST_LOOK_NANOS, dimensions.settling().toNanos() / 2);
    deadline.until(
        "quiet",
        LIMIT,
        () -> {
          var before = ProcessUse.of(pid);
          LockSupport.parkNanos(pause);
          return ProcessUse.of(pid).since(before).millisASecond(pause) < 2 * QUIET_MILLIS;
        });
  }

  private boolean isAllRunning(ClusterApi api) {
    return api.cluster().getStatus(GetStatusRequest.getDefaultInstance()).getInstancesRunning()
        >= dimensions.instances();
  }

  private long stored(String connect) throws IOException {
    String directory = "/berth/placements";
    try (CuratorFramework client =
        ZooKeeperConnection.open(
            connect, ZooKeeperSecret.in(cluster.zooKeeper()), Duration.ofSeconds(10))) {
      long bytes = 0;
      for (String name : client.getChildren().forPath(directory)) {
        bytes += client.checkExists().forPath(directory + "/" + name).getDataLength();
      }
      return bytes;
    } catch (Exception failure) {
      throw new IOException("the stored placements cannot be counted", failure);
    }
  }

  private Map<String, Double> tally() {
    Map<String, Double> tally = new LinkedHashMap<>();
    for (String word : agents.ask("tally").split(" ", -1)) {
      int at = word.indexOf('=');
      tally.put(word.substring(0, at), Double.parseDouble(word.substring(at + 1)));
    }
    if (tally.getOrDefault("complaints", 0.0) > 0) {
      throw new AssertionError("the scheduler broke the contract of AgentLink: " + tally);
    }
    return tally;
  }

  private void samples(String what, String question) {
    List<Duration> samples = new ArrayList<>();
    Arrays.stream(agents.ask(question).split(",", -1))
        .forEach(micros -> samples.add(Duration.ofNanos(Long.parseLong(micros) * 1000)));
    rows.accept(Row.of(what, Samples.of(samples)));
  }

  private double metric(String name) throws IOException, InterruptedException {
    return SchedulerGauges.metric(scheduler.adminPort(), name);
  }

  private ClusterApi api(int number) {
    return ClusterApi.connect(cluster.identity("operator"), cluster.port(number));
  }

  private void value(String what, double value, String unit) {
    rows.accept(Row.of(unit.isEmpty() ? what : what + ", " + unit, "value", value));
  }

  private void row(String what, double value, String unit, double rate) {
    rows.accept(
        Row.of(unit.isEmpty() ? what : what + ", " + unit, "value", value).and("a second", rate));
  }

  private double seconds(long since) {
    return (nanoTime.getAsLong() - since) / 1e9;
  }
}

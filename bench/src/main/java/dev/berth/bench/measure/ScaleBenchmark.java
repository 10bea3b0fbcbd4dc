package dev.berth.bench.measure;

import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.figures.Samples;
import dev.berth.bench.load.Answer;
import dev.berth.bench.load.HttpConnection;
import dev.berth.proto.v1.Instance;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * From the order to answers through the router: one instance more, a hundred at once, and ten of a
 * hundred killed.
 */
public final class ScaleBenchmark implements Benchmark {
  private static final int SINGLE_ROUNDS = 40;
  private static final int MANY = 100;
  private static final int KILLED = 10;
  private static final String SIZE = "nano";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Path home;
  private final LongSupplier nanoTime;
  private final Deadline deadline;

  public ScaleBenchmark(Path home, LongSupplier nanoTime) {
    this.home = home;
    this.nanoTime = nanoTime;
    this.deadline = new Deadline(nanoTime);
  }

  @Override
  public Report run() throws IOException {
    try (QuickApp app = QuickApp.deploy(home)) {
      List<Row> rows = new ArrayList<>();
      rows.add(Row.of("order web=+1 to first 200 through the router", oneMore(app)));
      rows.addAll(hundred(app));
      rows.addAll(killTen(app));
      return new Report("scale", "one node, BusyBox httpd, size " + SIZE, rows);
    }
  }

  private Samples oneMore(QuickApp app) {
    List<Duration> times = new ArrayList<>();
    for (int round = 0; round < SINGLE_ROUNDS; round++) {
      none(app);
      long start = nanoTime.getAsLong();
      app.api.scale(QuickApp.NAME, "web", 1, SIZE);
      deadline.until("a first answer", LIMIT, () -> page(app).isPresent());
      times.add(Duration.ofNanos(nanoTime.getAsLong() - start));
    }
    return Samples.of(times);
  }

  private List<Row> hundred(QuickApp app) throws IOException {
    none(app);
    long start = nanoTime.getAsLong();
    app.api.scale(QuickApp.NAME, "web", MANY, SIZE);
    deadline.until("all healthy", LIMIT, () -> healthy(app).size() == MANY);
    double healthy = millisSince(start);
    Census.take(app.cluster.httpPort(), MANY, Set.of());
    return List.of(
        once("100 instances ordered to all healthy", healthy),
        once("100 instances ordered to all seen answering", millisSince(start)));
  }

  private List<Row> killTen(QuickApp app) throws IOException {
    Set<String> before = Census.take(app.cluster.httpPort(), MANY, Set.of());
    int starts = starts(app);
    List<Long> victims = app.cluster.processes().ofApp(QuickApp.NAME).subList(0, KILLED);
    long start = nanoTime.getAsLong();
    victims.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    deadline.until(
        "all healthy again",
        LIMIT,
        () -> starts(app) == starts + KILLED && healthy(app).size() == MANY);
    double healthy = millisSince(start);
    Census.take(app.cluster.httpPort(), KILLED, before);
    return List.of(
        once("10 of 100 killed to all healthy again", healthy),
        once("10 of 100 killed to all seen answering", millisSince(start)));
  }

  private static List<Instance> healthy(QuickApp app) {
    return app.api.running(QuickApp.NAME, "web");
  }

  private static int starts(QuickApp app) {
    return app.api.instances(QuickApp.NAME).getInstancesList().stream()
        .mapToInt(Instance::getIncarnation)
        .sum();
  }

  private double millisSince(long start) {
    return (nanoTime.getAsLong() - start) / 1e6;
  }

  private static Row once(String what, double millis) {
    return Row.of(what, "n", 1).and("p50 ms", millis);
  }

  private void none(QuickApp app) {
    app.api.scale(QuickApp.NAME, "web", 0, SIZE);
    deadline.until(
        "no instance left",
        LIMIT,
        () -> app.api.instances(QuickApp.NAME).getInstancesCount() == 0 && page(app).isEmpty());
  }

  private static Optional<String> page(QuickApp app) {
    try {
      Answer answer =
          HttpConnection.get(
              app.cluster.httpPort(), QuickApp.HOSTNAME, "/", Duration.ofSeconds(10));
      return answer.status() == 200 ? Optional.of(answer.text()) : Optional.empty();
    } catch (IOException refused) {
      return Optional.empty();
    }
  }
}

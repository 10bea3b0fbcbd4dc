package dev.berth.bench.measure;

import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.figures.Samples;
import dev.berth.bench.load.Answer;
import dev.berth.bench.load.HttpConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
      rows.add(
          Row.of("100 instances ordered to all answering", "p50 ms", hundred(app)).and("n", 1));
      rows.add(
          Row.of("10 of 100 killed to all answering again", "p50 ms", killTen(app)).and("n", 1));
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

  private double hundred(QuickApp app) {
    none(app);
    long start = nanoTime.getAsLong();
    app.api.scale(QuickApp.NAME, "web", MANY, SIZE);
    Set<String> seen = new HashSet<>();
    deadline.until(
        MANY + " instances answering",
        LIMIT,
        () -> {
          page(app).ifPresent(seen::add);
          return seen.size() >= MANY;
        });
    return (nanoTime.getAsLong() - start) / 1e6;
  }

  private double killTen(QuickApp app) {
    Map<String, String> before = new HashMap<>();
    deadline.until(
        "every page",
        LIMIT,
        () -> {
          page(app).ifPresent(page -> before.put(instance(page), page));
          return before.size() == MANY;
        });
    List<Long> victims = app.cluster.processes().ofApp(QuickApp.NAME).subList(0, KILLED);
    long start = nanoTime.getAsLong();
    victims.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    Map<String, String> after = new HashMap<>();
    deadline.until(
        "ten new starts among a hundred answering instances",
        LIMIT,
        () -> {
          page(app).ifPresent(page -> after.put(instance(page), page));
          return after.size() == MANY
              && after.values().stream().filter(it -> !before.containsValue(it)).count() == KILLED;
        });
    return (nanoTime.getAsLong() - start) / 1e6;
  }

  private void none(QuickApp app) {
    app.api.scale(QuickApp.NAME, "web", 0, SIZE);
    deadline.until(
        "no instance left",
        LIMIT,
        () -> app.api.instances(QuickApp.NAME).getInstancesCount() == 0 && page(app).isEmpty());
  }

  private static String instance(String page) {
    return page.substring(0, page.indexOf(' '));
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

package dev.berth.bench.measure;

import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.figures.Samples;
import dev.berth.bench.load.HttpConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** `berth up` of a cluster that was taken down, until its app answers; and `berth down`. */
public final class UpBenchmark implements Benchmark {
  private static final int ROUNDS = 5;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final Path home;
  private final LongSupplier nanoTime;
  private final Deadline deadline;

  public UpBenchmark(Path home, LongSupplier nanoTime) {
    this.home = home;
    this.nanoTime = nanoTime;
    this.deadline = new Deadline(nanoTime);
  }

  @Override
  public Report run() throws IOException {
    List<Duration> downs = new ArrayList<>();
    List<Duration> ups = new ArrayList<>();
    try (QuickApp app = QuickApp.deploy(home)) {
      awaitAnswer(app);
      for (int round = 0; round < ROUNDS; round++) {
        downs.add(timed(() -> app.cluster.down()));
        ups.add(
            timed(() -> {
              app.cluster.up();
              awaitAnswer(app);
            }));
      }
    }
    return new Report(
        "up",
        "one node, one app with one instance",
        List.of(
            Row.of("berth up again to the app's first 200", Samples.of(ups)),
            Row.of("berth down", Samples.of(downs))));
  }

  private Duration timed(Runnable work) {
    long start = nanoTime.getAsLong();
    work.run();
    return Duration.ofNanos(nanoTime.getAsLong() - start);
  }

  private void awaitAnswer(QuickApp app) {
    deadline.until("an answer", LIMIT, () -> answers(app));
  }

  private static boolean answers(QuickApp app) {
    try {
      return HttpConnection.get(
                  app.cluster.httpPort(), QuickApp.HOSTNAME, "/", Duration.ofSeconds(5))
              .status()
          == 200;
    } catch (IOException notYet) {
      return false;
    }
  }
}

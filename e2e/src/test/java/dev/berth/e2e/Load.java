package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.load.LoadReport;
import dev.berth.bench.load.SteadyLoad;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Requests to an app at a constant rate: our own client's, and wrk's as a second witness. */
final class Load {
  /** A second, of our own client; wrk adds half as many. */
  static final int RATE = 100;

  private final SteadyLoad steady;
  private final Wrk wrk;

  private Load(SteadyLoad steady, Wrk wrk) {
    this.steady = steady;
    this.wrk = wrk;
  }

  static Load on(Stage<?> stage, String app) {
    int port = stage.cluster.httpPort();
    String host = stage.hostname(app);
    try {
      Wrk wrk = Wrk.start(stage.cluster.scratch(), port, host, RATE / 2);
      return new Load(SteadyLoad.start(port, host, "/", RATE, 4, System::nanoTime), wrk);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Ends it; every request of both clients was answered with 200. */
  void endsUnharmed() throws IOException, InterruptedException {
    LoadReport report = steady.stop();
    Wrk.Report witness = wrk.stop();
    assertThat(report.answers()).isGreaterThan(RATE);
    assertThat(report.failures()).as(report.toString()).isEmpty();
    assertThat(witness.requests()).isPositive();
    assertThat(witness.failures()).as(witness.toString()).isZero();
  }
}

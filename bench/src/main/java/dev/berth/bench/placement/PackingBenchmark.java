package dev.berth.bench.placement;

import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.measure.Benchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** The cost of the machines used, beside the best of 50 random-restart best-fit runs. */
public final class PackingBenchmark implements Benchmark {
  private static final int MACHINES = 300;
  private static final int RUNS = 50;
  private static final double ASKED = 0.6;

  private final LongSupplier nanoTime;

  public PackingBenchmark(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  @Override
  public Report run() {
    List<Row> rows = new ArrayList<>();
    for (long seed = 1; seed <= 3; seed++) {
      Work work = BorgLike.of(MACHINES, ASKED, seed);
      long began = nanoTime.getAsLong();
      double berth = Packing.berth(work);
      double took = (nanoTime.getAsLong() - began) / 1e6;
      double best = BestFit.best(work, RUNS, seed);
      rows.add(
          Row.of("seed " + seed, "instances", work.instances())
              .and("best fit %", 100 * best)
              .and("berth %", 100 * berth)
              .and("berth / best", berth / best)
              .and("berth ms", took));
    }
    return new Report(
        "packing",
        "share of %d machines' cost used by Borg-like work asking %.0f %%; best fit: best of %d"
            .formatted(MACHINES, 100 * ASKED, RUNS),
        rows);
  }
}

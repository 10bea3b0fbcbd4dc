package dev.berth.bench.million;

import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.measure.Benchmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * From empty to a million instances on ten thousand simulated agents; then what the settled cluster
 * costs, how soon it takes in a crash, and how it changes its leader.
 */
public final class MillionBenchmark implements Benchmark {
  /** All stages; each needs the ones before it in this list only for what it measures. */
  public static final String ALL = "fill,idle,crashes,cold,warm";

  private final Dimensions dimensions;
  private final List<String> stages;
  private final LongSupplier nanoTime;

  public MillionBenchmark(Dimensions dimensions, List<String> stages, LongSupplier nanoTime) {
    this.dimensions = dimensions;
    this.stages = List.copyOf(stages);
    this.nanoTime = nanoTime;
  }

  @Override
  @SuppressWarnings("SystemOut") // how far it has come
  public Report run() throws Exception {
    List<Row> rows = new ArrayList<>();
    String load = load();
    try (MillionCluster cluster = MillionCluster.prepare(dimensions, nanoTime)) {
      var made =
          new Stages(
              cluster,
              dimensions,
              nanoTime,
              row -> {
                rows.add(row);
                System.err.println(row.what() + " " + row.figures()); // it takes minutes
              });
      for (String stage : stages) {
        switch (stage) {
          case "fill" -> made.fill();
          case "idle" -> made.idle();
          case "crashes" -> made.crashes();
          case "cold" -> made.coldTakeover();
          case "warm" -> made.warmTakeover();
          default -> throw new IllegalArgumentException("--stages: " + ALL + ", not " + stage);
        }
      }
    }
    rows.add(published("HashiCorp C1M, 5,000 hosts, as published 2016", 1_000_000, 300));
    rows.add(published("HashiCorp C2M, 6,100 hosts, as published 2020", 2_000_000, 1334));
    return new Report(
        "million",
        "%,d agents, %,d instances of %,d apps, -Xmx%dm, load average before %s"
            .formatted(
                dimensions.agents(),
                dimensions.instances(),
                dimensions.apps(),
                dimensions.heapMib(),
                load),
        rows);
  }

  private static Row published(String what, int instances, int seconds) {
    return new Row(
        what, Map.of("value", (double) seconds, "a second", instances / (double) seconds));
  }

  private static String load() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
  }
}

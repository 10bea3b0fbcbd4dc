package dev.berth.bench;

import dev.berth.bench.figures.Report;
import dev.berth.bench.measure.Benchmark;
import dev.berth.bench.measure.MemoryBenchmark;
import dev.berth.bench.measure.NeighbourBenchmark;
import dev.berth.bench.measure.RollBenchmark;
import dev.berth.bench.measure.ScaleBenchmark;
import dev.berth.bench.measure.StartBenchmark;
import dev.berth.bench.measure.UpBenchmark;
import dev.berth.bench.million.Dimensions;
import dev.berth.bench.million.MillionBenchmark;
import dev.berth.bench.placement.PackingBenchmark;
import dev.berth.bench.placement.PlacementBenchmark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * `./berth bench NAME... [--json]`: runs the benchmarks named and prints what they measured. With
 * `--agents N --instances N --stages fill,idle` for the one called million, `--beside cpu,log` for
 * fewer neighbours.
 */
public final class BenchMain {
  private static final int USAGE = 2;
  private static final int AGENTS = 10_000;
  private static final int INSTANCES = 1_000_000;

  private BenchMain() {}

  @SuppressWarnings("SystemOut") // printing figures is what this program does
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(System.getProperty("berth.home", "."));
    List<String> names = new ArrayList<>(List.of(arguments));
    boolean json = names.remove("--json");
    Dimensions dimensions =
        Dimensions.of(number(names, "--agents", AGENTS), number(names, "--instances", INSTANCES));
    String beside = text(names, "--beside", "");
    List<String> stages = List.of(text(names, "--stages", MillionBenchmark.ALL).split(",", -1));
    Map<String, Supplier<Benchmark>> benchmarks = new LinkedHashMap<>();
    benchmarks.put("start", () -> new StartBenchmark(home, System::nanoTime));
    benchmarks.put("scale", () -> new ScaleBenchmark(home, System::nanoTime));
    benchmarks.put("roll", () -> new RollBenchmark(home, System::nanoTime));
    benchmarks.put("up", () -> new UpBenchmark(home, System::nanoTime));
    benchmarks.put("neighbours", () -> new NeighbourBenchmark(home, beside, System::nanoTime));
    benchmarks.put("placement", () -> new PlacementBenchmark(System::nanoTime));
    benchmarks.put("packing", () -> new PackingBenchmark(System::nanoTime));
    benchmarks.put("memory", () -> new MemoryBenchmark(home, System::nanoTime));
    benchmarks.put("million", () -> new MillionBenchmark(dimensions, stages, System::nanoTime));

    if (names.isEmpty() || !benchmarks.keySet().containsAll(names)) {
      System.err.println(
          "usage: berth bench NAME... [--json] [--agents N] [--instances N] [--stages fill,...] [--beside cpu,log,...]   names: "
              + String.join(" ", benchmarks.keySet()));
      System.exit(USAGE);
    }
    for (String name : names) {
      Benchmark benchmark = Objects.requireNonNull(benchmarks.get(name)).get();
      Report report = benchmark.run();
      System.out.println(json ? report.json() : report.table());
    }
  }

  /** Takes an option and its number out of the words. */
  private static int number(List<String> words, String option, int otherwise) {
    return Integer.parseInt(text(words, option, "" + otherwise).replace("_", ""));
  }

  private static String text(List<String> words, String option, String otherwise) {
    int at = words.indexOf(option);
    if (at < 0 || at + 1 >= words.size()) {
      return otherwise;
    }
    words.remove(at);
    return words.remove(at);
  }
}

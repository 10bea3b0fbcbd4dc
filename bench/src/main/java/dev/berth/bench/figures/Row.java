package dev.berth.bench.figures;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of a benchmark's result: what was measured, and named figures in the order of columns.
 */
public record Row(String what, Map<String, Double> figures) {
  public Row {
    figures = new LinkedHashMap<>(figures);
  }

  public static Row of(String what, Samples samples) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("n", (double) samples.count());
    figures.put("p50 ms", samples.percentileMillis(0.5));
    figures.put("p90 ms", samples.percentileMillis(0.9));
    figures.put("p99 ms", samples.percentileMillis(0.99));
    figures.put("max ms", samples.percentileMillis(1));
    return new Row(what, figures);
  }

  public static Row of(String what, String figure, double value) {
    return new Row(what, Map.of(figure, value));
  }

  public Row and(String figure, double value) {
    Map<String, Double> more = new LinkedHashMap<>(figures);
    more.put(figure, value);
    return new Row(what, more);
  }
}

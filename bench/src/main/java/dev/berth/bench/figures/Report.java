package dev.berth.bench.figures;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The result of one benchmark, as a table for people or one JSON object for programs. */
public record Report(String benchmark, String conditions, List<Row> rows) {
  public Report {
    rows = List.copyOf(rows);
  }

  public String table() {
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> columns.addAll(row.figures().keySet()));
    int first = rows.stream().mapToInt(row -> row.what().length()).max().orElse(0);
    List<String> lines = new ArrayList<>();
    lines.add(benchmark + " (" + conditions + ")");
    lines.add(line(first, "", columns.stream().map(it -> it).toList()));
    for (Row row : rows) {
      lines.add(
          line(first, row.what(), columns.stream().map(column -> cell(row, column)).toList()));
    }
    return String.join("\n", lines);
  }

  public String json() {
    return "{\"benchmark\":"
        + quoted(benchmark)
        + ",\"conditions\":"
        + quoted(conditions)
        + ",\"rows\":["
        + rows.stream().map(Report::json).collect(Collectors.joining(","))
        + "]}";
  }

  private static String json(Row row) {
    return row.figures().entrySet().stream()
        .map(it -> quoted(it.getKey()) + ":" + number(it.getValue()))
        .collect(Collectors.joining(",", "{\"what\":" + quoted(row.what()) + ",", "}"));
  }

  private static String line(int first, String what, List<String> cells) {
    return "  "
        + String.format(Locale.ROOT, "%-" + Math.max(first, 1) + "s", what)
        + cells.stream()
            .map(it -> String.format(Locale.ROOT, "%16s", it))
            .collect(Collectors.joining());
  }

  private static String cell(Row row, String column) {
    Double value = row.figures().get(column);
    return value == null ? "-" : number(value);
  }

  private static String number(double value) {
    if (value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}

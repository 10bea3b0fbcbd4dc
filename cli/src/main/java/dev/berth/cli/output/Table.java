package dev.berth.cli.output;

import dev.berth.cli.output.Terminal.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Rows under a heading, as wide as they need to be; columns of numbers stand to the right.
 *
 * <p>Confined to one thread.
 */
public final class Table {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9.,]+( ?[KMGT]i?B)?|-");

  private final List<String> heading;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<Function<String, Color>> paints = new ArrayList<>();

  public Table(String... heading) {
    this.heading = List.of(heading);
    for (int i = 0; i < heading.length; i++) {
      paints.add(text -> Color.PLAIN);
    }
  }

  public Table row(Object... cells) {
    if (cells.length != heading.size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.length + " cells in a table of " + heading.size());
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(Terminal.clean(cell.toString()));
    }
    rows.add(row);
    return this;
  }

  /** Colors the cells of one column by their text. */
  public Table paint(int column, Function<String, Color> paint) {
    paints.set(column, paint);
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  public void print(Terminal terminal) {
    StringBuilder text = new StringBuilder();
    List<String> top = heading.stream().map(it -> it.toUpperCase(Locale.ROOT)).toList();
    append(text, top, (column, cell) -> terminal.paint(Color.FAINT, cell));
    for (List<String> row : rows) {
      append(
          text,
          row,
          (column, cell) -> terminal.paint(paints.get(column).apply(cell.strip()), cell));
    }
    terminal.out().print(text);
    terminal.out().flush();
  }

  private void append(StringBuilder text, List<String> cells, Painter painter) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String space = " ".repeat(Math.max(0, width(column) - cell.length()));
      boolean last = column == cells.size() - 1;
      if (isNumeric(column)) {
        line.append(space).append(painter.paint(column, cell));
      } else {
        line.append(painter.paint(column, cell)).append(last ? "" : space);
      }
      line.append(last ? "" : "  ");
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private int width(int column) {
    int width = heading.get(column).length();
    for (List<String> row : rows) {
      width = Math.max(width, row.get(column).length());
    }
    return width;
  }

  private boolean isNumeric(int column) {
    return !rows.isEmpty()
        && rows.stream().allMatch(row -> NUMBER.matcher(row.get(column)).matches());
  }

  /** Gives a padded cell its color. */
  private interface Painter {
    String paint(int column, String cell);
  }
}

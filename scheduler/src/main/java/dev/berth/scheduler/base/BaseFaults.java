package dev.berth.scheduler.base;

import java.util.ArrayList;
import java.util.List;

/** All that was found wrong: the first kept, the rest counted. Confined to one inspection. */
final class BaseFaults {
  static final int KEPT = 100;
  private static final int PATH_SHOWN = 200;

  /** A refusal has room for so much. */
  private static final int WORDS = 2800;

  /** One thing wrong at one path. */
  record Fault(String path, BaseRule rule, String detail) {
    @Override
    public String toString() {
      String words = printable(path) + ": " + rule.words();
      return detail.isEmpty() ? words : words + " (" + printable(detail) + ")";
    }

    private static String printable(String text) {
      String cut = text.length() > PATH_SHOWN ? text.substring(0, PATH_SHOWN) + "..." : text;
      StringBuilder shown = new StringBuilder();
      cut.codePoints()
          .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
          .forEach(shown::appendCodePoint);
      return shown.toString();
    }
  }

  private final List<Fault> kept = new ArrayList<>();
  private int count;

  void add(String path, BaseRule rule) {
    add(path, rule, "");
  }

  void add(String path, BaseRule rule, String detail) {
    count++;
    if (kept.size() < KEPT) {
      kept.add(new Fault(path, rule, detail));
    }
  }

  List<Fault> kept() {
    return List.copyOf(kept);
  }

  int count() {
    return count;
  }

  /** Each with its path, as many as fit; and how many more there are. */
  String words() {
    StringBuilder words = new StringBuilder("the image breaks ").append(count);
    words.append(count == 1 ? " rule:" : " rules:");
    int shown = 0;
    for (Fault fault : kept) {
      String line = "\n" + fault;
      if (words.length() + line.length() > WORDS) {
        break;
      }
      words.append(line);
      shown++;
    }
    return shown == count ? words.toString() : words + "\nand " + (count - shown) + " more";
  }
}

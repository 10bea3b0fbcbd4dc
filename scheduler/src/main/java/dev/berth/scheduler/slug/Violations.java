package dev.berth.scheduler.slug;

import java.util.ArrayList;
import java.util.List;

/** All that was found wrong: the first hundred kept, the rest counted. Confined to one reading. */
final class Violations {
  static final int KEPT = 100;

  private final List<Violation> kept = new ArrayList<>();
  private int count;

  void add(String path, Rule rule) {
    add(Violation.of(path, rule));
  }

  void add(Violation violation) {
    count++;
    if (kept.size() < KEPT) {
      kept.add(violation);
    }
  }

  List<Violation> kept() {
    return List.copyOf(kept);
  }

  int count() {
    return count;
  }
}

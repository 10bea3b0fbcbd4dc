package dev.berth.scheduler.slug;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a file that the tenant wrote, in order of place. Confined to one reading. */
final class Mistakes {
  private final List<String> found = new ArrayList<>();

  void add(String place, String words) {
    found.add(place + ": " + words);
  }

  List<String> found() {
    return List.copyOf(found);
  }
}

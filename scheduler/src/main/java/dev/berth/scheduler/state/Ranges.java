package dev.berth.scheduler.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.pcollections.TreePMap;

/** Reads a run of neighbours from a sorted map without looking at the rest. */
final class Ranges {
  /** Not after any legal name. */
  static final String FIRST_NAME = "a";

  private Ranges() {}

  static <K, V> List<V> of(TreePMap<K, V> map, K from, Predicate<K> belongs) {
    var found = new ArrayList<V>();
    for (Map.Entry<K, V> entry : map.tailMap(from, true).entrySet()) {
      if (!belongs.test(entry.getKey())) {
        break;
      }
      found.add(entry.getValue());
    }
    return Collections.unmodifiableList(found);
  }
}

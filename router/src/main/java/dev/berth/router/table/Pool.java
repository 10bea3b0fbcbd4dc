package dev.berth.router.table;

import java.util.LinkedHashSet;
import java.util.List;

/** The healthy instances of one process type, or the reason why there is none. */
public record Pool(String id, List<Route> routes, Emptiness emptiness) {
  public Pool {
    routes = List.copyOf(new LinkedHashSet<>(routes));
    if (id.isEmpty()) {
      throw new IllegalArgumentException("a pool has no id");
    }
    if (!routes.isEmpty()) {
      emptiness = Emptiness.NOT_EMPTY;
    } else if (emptiness == Emptiness.NOT_EMPTY) {
      emptiness = Emptiness.NO_INSTANCES;
    }
  }

  static Pool absent(String id) {
    return new Pool(id, List.of(), Emptiness.NO_INSTANCES);
  }
}

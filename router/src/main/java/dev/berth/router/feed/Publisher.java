package dev.berth.router.feed;

import dev.berth.router.table.RouteTable;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings tables into force one at a time.
 *
 * <p>Tables that come while one is under way are joined into the next, so nothing queues up however
 * fast they come. Confined to the feed's thread.
 */
final class Publisher {
  private final TableSink sink;
  private final Consumer<Runnable> feedThread;
  private final Consumer<RouteTable> inForce;
  private @Nullable RouteTable next;
  private @Nullable Set<String> changed = new LinkedHashSet<>();
  private boolean underWay;

  /**
   * @param feedThread runs an action on the feed's thread
   * @param inForce is told of each table that every event loop uses
   */
  Publisher(TableSink sink, Consumer<Runnable> feedThread, Consumer<RouteTable> inForce) {
    this.sink = sink;
    this.feedThread = feedThread;
    this.inForce = inForce;
  }

  void publish(RouteTable table, @Nullable Collection<String> changedPools) {
    next = table;
    if (changedPools == null) {
      changed = null;
    } else if (changed != null) {
      changed.addAll(changedPools);
    }
    if (!underWay) {
      start();
    }
  }

  private void start() {
    RouteTable table = next;
    if (table == null) {
      return;
    }
    Set<String> pools = changed;
    next = null;
    changed = new LinkedHashSet<>();
    underWay = true;
    sink.use(table, pools, () -> feedThread.accept(() -> done(table)));
  }

  private void done(RouteTable table) {
    underWay = false;
    inForce.accept(table);
    start();
  }
}

package dev.berth.router.feed;

import dev.berth.router.table.RouteTable;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Where tables are put in force. */
@FunctionalInterface
public interface TableSink {
  /**
   * Puts the table in force; {@code inForce} runs once no new request can use an older one.
   *
   * @param changedPools the pools that may differ from the table before; null for all
   */
  void use(RouteTable table, @Nullable Collection<String> changedPools, Runnable inForce);

  /**
   * Runs {@code letGo} once no request is under way on a route that was withdrawn, or such a route
   * has had time enough: who is stopped then cuts no answer short. At once where requests are not
   * known.
   */
  default void whenLetGo(Runnable letGo) {
    letGo.run();
  }
}

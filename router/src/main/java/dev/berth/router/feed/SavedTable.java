package dev.berth.router.feed;

import dev.berth.router.table.Intake;
import dev.berth.router.table.RouteTable;
import java.io.IOException;

/** Where the table outlives the router. Used by one thread at a time. */
public interface SavedTable {
  /** What was saved last; empty if there is nothing that can be used. */
  Intake load();

  /** Whole or not at all. */
  void save(RouteTable table) throws IOException;
}

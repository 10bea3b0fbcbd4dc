package dev.berth.router.table;

import java.util.Collection;
import java.util.List;

/** What became of one message from the scheduler. */
public sealed interface Outcome {
  /** A new table is in force; only these pools differ from the one before. */
  record Changed(Intake intake, Collection<String> pools) implements Outcome {
    public Changed {
      pools = List.copyOf(pools);
    }
  }

  /** A new table is in force, and anything in it may differ. */
  record Replaced(Intake intake) implements Outcome {}

  /** Nothing new was said. */
  record Known() implements Outcome {}

  /** The table stays; ask for everything again. */
  record Resync(Intake intake, String reason) implements Outcome {}
}

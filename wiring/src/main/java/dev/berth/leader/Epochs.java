package dev.berth.leader;

import java.io.IOException;

/** The highest epoch that was ever seen here: what an older one says is refused. Thread-safe. */
public interface Epochs {
  long seen();

  /**
   * False when a later epoch was seen. After true no earlier one is admitted any more, also after a
   * crash; when it throws, that is not sure, and nothing of the epoch may be obeyed.
   */
  boolean admit(long epoch) throws IOException;
}

package dev.berth.agent.logs;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * One line of an instance's log, without its end.
 *
 * @param text as the instance wrote it, at most {@link LogParser#LONGEST_LINE} bytes; not always
 *     UTF-8
 */
record LogRecord(Instant at, Source source, ByteString text) {

  /** Who wrote it. */
  enum Source {
    STDOUT("stdout"),
    STDERR("stderr"),
    PLATFORM("platform");

    private final String word;

    Source(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }
}

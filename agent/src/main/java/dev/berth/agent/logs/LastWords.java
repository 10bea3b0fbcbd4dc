package dev.berth.agent.logs;

import dev.berth.agent.order.PlacementId;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an incarnation wrote last, on one line: at most {@value #MOST_LINES} lines and {@value
 * #MOST_CHARACTERS} characters, the end of them if there are more.
 *
 * <p>A tenant wrote it, so what could move a terminal's cursor is left out. Thread-safe.
 */
public record LastWords(LogFiles files) {
  static final int MOST_LINES = 10;
  static final int MOST_CHARACTERS = 1000;
  private static final Logger LOG = LoggerFactory.getLogger(LastWords.class);
  private static final String BETWEEN = " | ";
  private static final String CUT = "... ";

  /** Empty if it wrote nothing or its log cannot be read. */
  public String of(long placementId, int incarnation) {
    var id = new PlacementId(placementId);
    try {
      return words(new LogTail(() -> files.of(id, incarnation)).last(MOST_LINES));
    } catch (IOException failure) {
      LOG.warn("the end of the log of placement {} cannot be read", placementId, failure);
      return "";
    }
  }

  private static String words(List<LogRecord> records) {
    String words =
        records.stream()
            .map(LogRecord::text)
            .map(text -> text.toStringUtf8().replaceAll("\\p{Cntrl}+", " ").strip())
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining(BETWEEN));
    int length = words.codePointCount(0, words.length());
    return length <= MOST_CHARACTERS
        ? words
        : CUT + words.substring(words.offsetByCodePoints(0, length - MOST_CHARACTERS));
  }
}

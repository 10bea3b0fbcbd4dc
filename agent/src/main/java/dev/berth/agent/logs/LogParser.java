package dev.berth.agent.logs;

import com.google.protobuf.UnsafeByteOperations;
import dev.berth.agent.logs.LogRecord.Source;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a k8s-file log → lines.
 *
 * <p>Joins what conmon has split, cuts what is too long and marks it, and passes over what is no
 * record. Holds at most a few lines whatever it is fed. Confined to its reader.
 */
final class LogParser {
  static final int LONGEST_LINE = 16 * 1024;
  private static final int LONGEST_RECORD = 32 * 1024;
  private static final byte[] CUT = " [cut]".getBytes(StandardCharsets.UTF_8);

  private final ByteArrayOutputStream record = new ByteArrayOutputStream(256);
  private final Map<Source, ByteArrayOutputStream> parts = new EnumMap<>(Source.class);
  private boolean overlong;

  void feed(byte[] bytes, int length, Consumer<LogRecord> lines) {
    int from = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        take(bytes, from, i);
        if (!overlong) {
          LogRecord line = parsed(record.toByteArray());
          if (line != null) {
            lines.accept(line);
          }
        }
        record.reset();
        overlong = false;
        from = i + 1;
      }
    }
    take(bytes, from, length);
  }

  private void take(byte[] bytes, int from, int to) {
    overlong |= record.size() + to - from > LONGEST_RECORD;
    if (!overlong) {
      record.write(bytes, from, to - from);
    }
  }

  /** Null when it is no record, or only the beginning of a line. */
  private @Nullable LogRecord parsed(byte[] bytes) {
    int afterTime = indexOf(bytes, ' ', 0);
    int afterSource = indexOf(bytes, ' ', afterTime + 1);
    int afterTag = indexOf(bytes, ' ', afterSource + 1);
    if (afterTime < 0 || afterSource < 0) {
      return null;
    }
    int endOfTag = afterTag < 0 ? bytes.length : afterTag;
    Instant at = time(ascii(bytes, 0, afterTime));
    Source source = source(ascii(bytes, afterTime + 1, afterSource));
    String tag = ascii(bytes, afterSource + 1, endOfTag);
    if (at == null || source == null || tag.isEmpty()) {
      return null;
    }
    ByteArrayOutputStream line = parts.computeIfAbsent(source, _ -> new ByteArrayOutputStream(128));
    append(line, bytes, Math.min(endOfTag + 1, bytes.length));
    if (tag.charAt(0) == 'P') {
      return null;
    }
    parts.remove(source);
    return new LogRecord(at, source, UnsafeByteOperations.unsafeWrap(text(line)));
  }

  /** One byte beyond the limit is kept, to know that something was cut. */
  private static void append(ByteArrayOutputStream line, byte[] bytes, int from) {
    int room = LONGEST_LINE + 1 - line.size();
    line.write(bytes, from, Math.min(room, bytes.length - from));
  }

  private static byte[] text(ByteArrayOutputStream line) {
    byte[] bytes = line.toByteArray();
    if (bytes.length <= LONGEST_LINE) {
      return bytes;
    }
    byte[] cut = Arrays.copyOf(bytes, LONGEST_LINE);
    System.arraycopy(CUT, 0, cut, LONGEST_LINE - CUT.length, CUT.length);
    return cut;
  }

  private static @Nullable Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException noTime) {
      return null;
    }
  }

  private static @Nullable Source source(String word) {
    for (Source source : Source.values()) {
      if (source.word().equals(word)) {
        return source;
      }
    }
    return null;
  }

  private static int indexOf(byte[] bytes, char wanted, int from) {
    for (int i = Math.max(from, 0); from >= 0 && i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private static String ascii(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }
}

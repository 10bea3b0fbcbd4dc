package dev.berth.router.metrics;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The log lines of one event loop, in logfmt, until they are handed to the file.
 *
 * <p>A line makes no garbage: it is written into one buffer that is handed over when it is full and
 * ten times a second. Values that a client chose are quoted and escaped. Confined to one event
 * loop.
 */
public final class LogLines {
  private static final int CAPACITY = 64 * 1024;
  private static final int LINE_ROOM = 20 * 1024;
  private static final int MAX_VALUE = 2048;

  private final AccessLog log;
  private final InstantSource clock;
  private final LoopCounters counters;
  private final byte[] buffer = new byte[CAPACITY];
  private int length;
  private int lines;
  private long second = Long.MIN_VALUE;
  private String prefix = "";

  public LogLines(AccessLog log, InstantSource clock, LoopCounters counters) {
    this.log = log;
    this.clock = clock;
    this.counters = counters;
  }

  /** Starts a line with the time of now. */
  public LogLines begin() {
    if (CAPACITY - length < LINE_ROOM) {
      handOver();
    }
    long millis = clock.millis();
    if (Math.floorDiv(millis, 1000) != second) {
      second = Math.floorDiv(millis, 1000);
      String time = Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
      prefix = "time=" + time.substring(0, time.length() - 1) + ".";
    }
    ascii(prefix);
    long rest = Math.floorMod(millis, 1000L);
    put('0' + (int) (rest / 100));
    put('0' + (int) (rest / 10 % 10));
    put('0' + (int) (rest % 10));
    put('Z');
    return this;
  }

  public LogLines field(String name, long value) {
    name(name);
    if (value < 0) {
      put('-');
    }
    digits(Math.abs(value));
    return this;
  }

  /** A value of ours, without spaces and quotes. */
  public LogLines word(String name, CharSequence value) {
    name(name);
    ascii(value);
    return this;
  }

  /** A value from outside, or nothing if it is absent. */
  public LogLines text(String name, @Nullable CharSequence value) {
    if (value == null) {
      return this;
    }
    name(name);
    put('"');
    for (int i = 0; i < Math.min(value.length(), MAX_VALUE); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        put('\\');
      }
      put(c < ' ' || c > '~' ? '?' : c);
    }
    put('"');
    return this;
  }

  public void end() {
    put('\n');
    lines++;
  }

  /** Gives what there is to the file. */
  public void handOver() {
    if (length == 0) {
      return;
    }
    if (!log.offer(Arrays.copyOf(buffer, length))) {
      counters.add(LoopCounters.Of.LOG_LINES_LOST, lines);
    }
    length = 0;
    lines = 0;
  }

  private void name(String name) {
    put(' ');
    ascii(name);
    put('=');
  }

  private void digits(long value) {
    if (value >= 10) {
      digits(value / 10);
    }
    put('0' + (int) (value % 10));
  }

  private void ascii(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      put(text.charAt(i));
    }
  }

  private void put(int value) {
    buffer[length++] = (byte) value;
  }
}

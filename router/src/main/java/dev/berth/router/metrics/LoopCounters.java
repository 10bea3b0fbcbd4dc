package dev.berth.router.metrics;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has counted.
 *
 * <p>Written by its event loop only and read by anyone: a reader may be a moment late, never wrong.
 */
public final class LoopCounters {
  /** What is counted. */
  public enum Of {
    IN_FLIGHT,
    CLIENT_CONNECTIONS,
    UPSTREAM_CONNECTIONS,
    HELD,
    UPSTREAM_CONNECTS,
    RETRIES,
    REFUSED_CONNECTIONS,
    BYTES_IN,
    BYTES_OUT,
    REQUESTS,
    REQUEST_NANOS,
    LOG_LINES_LOST
  }

  static final int STATUS_CLASSES = 6;

  private final Map<Of, AtomicLong> counts = new EnumMap<>(Of.class);
  private final AtomicLongArray byStatusClass = new AtomicLongArray(STATUS_CLASSES);
  private final Map<String, AtomicLong> byCode = new LinkedHashMap<>();

  public LoopCounters(List<String> failureCodes) {
    for (Of what : Of.values()) {
      counts.put(what, new AtomicLong());
    }
    failureCodes.forEach(code -> byCode.put(code, new AtomicLong()));
  }

  public void add(Of what, long amount) {
    add(counts.get(what), amount);
  }

  public void addStatus(int status) {
    int index = Math.clamp(status / 100, 0, STATUS_CLASSES - 1);
    byStatusClass.setOpaque(index, byStatusClass.getPlain(index) + 1);
  }

  public void addFailure(String code) {
    add(byCode.get(code), 1);
  }

  public long count(Of what) {
    AtomicLong cell = counts.get(what);
    return cell == null ? 0 : cell.getOpaque();
  }

  public long statusCount(int statusClass) {
    return byStatusClass.getOpaque(statusClass);
  }

  public long failureCount(String code) {
    AtomicLong cell = byCode.get(code);
    return cell == null ? 0 : cell.getOpaque();
  }

  /** With a single writer no read-modify-write is needed, so none is paid for. */
  private static void add(@Nullable AtomicLong cell, long amount) {
    if (cell == null) {
      throw new IllegalArgumentException("a count that was not set up");
    }
    cell.setOpaque(cell.getPlain() + amount);
  }
}

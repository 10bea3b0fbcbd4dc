package dev.berth.router.feed;

import dev.berth.router.table.RouteTable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the newest table soon after it changed.
 *
 * <p>The first change after a quiet second is on disk within 200 ms; a stream of changes is saved
 * once a second, and less often when saving takes long, so that it never costs more than a tenth of
 * the time. A disk that fails is reported and tried again with the next change. Thread-safe.
 */
final class TableSaver implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TableSaver.class);
  private static final Duration SOON = Duration.ofMillis(50);
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final SavedTable file;
  private final LongSupplier nanoTime;
  private final AtomicReference<@Nullable RouteTable> unsaved = new AtomicReference<>();
  private final ScheduledExecutorService thread;
  private long restUntilNanos;

  TableSaver(SavedTable file, LongSupplier nanoTime, ScheduledExecutorService thread) {
    this.file = file;
    this.thread = thread;
    this.nanoTime = nanoTime;
    this.restUntilNanos = nanoTime.getAsLong();
  }

  void offer(RouteTable table) {
    if (unsaved.getAndSet(table) == null) {
      thread.execute(this::schedule);
    }
  }

  private void schedule() {
    long rest = restUntilNanos - nanoTime.getAsLong();
    var _ = thread.schedule(this::save, Math.max(rest, SOON.toNanos()), TimeUnit.NANOSECONDS);
  }

  private void save() {
    RouteTable table = unsaved.getAndSet(null);
    if (table == null) {
      return;
    }
    long began = nanoTime.getAsLong();
    try {
      file.save(table);
    } catch (IOException failure) {
      log.error(
          "the table cannot be saved; a restart without the scheduler would use an old one",
          failure);
    }
    long ended = nanoTime.getAsLong();
    restUntilNanos = ended + Math.max(BETWEEN.toNanos(), 10 * (ended - began));
  }

  /** Saves what is not saved yet. */
  @Override
  public void close() {
    if (thread.isShutdown()) {
      return;
    }
    try {
      thread.submit(this::save).get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException failure) {
      log.error(
          "the table is not saved; a restart without the scheduler would use an old one", failure);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      thread.shutdownNow();
    }
  }
}

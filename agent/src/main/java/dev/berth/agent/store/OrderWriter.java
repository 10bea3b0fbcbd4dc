package dev.berth.agent.store;

import dev.berth.agent.order.Orders;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the newest orders away from the loop.
 *
 * <p>While one write runs, later orders replace each other, so a burst costs two writes. A write
 * that fails is tried again each second for as long as it takes: orders that are not stored are not
 * carried out. Thread-safe.
 */
public final class OrderWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OrderWriter.class);
  private static final long RETRY_MILLIS = 1000;
  private static final Duration LONGEST_CLOSING = Duration.ofSeconds(2);

  private final OrderFile file;
  private final Consumer<Orders> stored;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition offered = lock.newCondition();
  private @Nullable Orders next;
  private final Thread thread;

  /** Tells {@code stored} of whatever has come to disk. */
  public OrderWriter(OrderFile file, Consumer<Orders> stored) {
    this.file = file;
    this.stored = stored;
    this.thread = Thread.ofVirtual().name("order-writer").start(this::run);
  }

  public void offer(Orders orders) {
    lock.lock();
    try {
      next = orders;
      offered.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(LONGEST_CLOSING);
    } catch (InterruptedException hurried) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        Orders orders = take();
        store(orders);
        stored.accept(orders);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private Orders take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Orders taken;
      while ((taken = next) == null) {
        offered.await();
      }
      next = null;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void store(Orders orders) throws InterruptedException {
    while (true) {
      try {
        file.write(orders.snapshot());
        return;
      } catch (ClosedByInterruptException closed) {
        throw new InterruptedException();
      } catch (IOException failure) {
        LOG.error(
            "orders of revision {} cannot be stored, so they wait; make room on the state"
                + " directory's disk",
            orders.revision(),
            failure);
        Thread.sleep(RETRY_MILLIS);
      }
    }
  }
}

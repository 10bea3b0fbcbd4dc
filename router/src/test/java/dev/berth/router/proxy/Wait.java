package dev.berth.router.proxy;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for something to become true, and says so if it does not. */
final class Wait {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Wait() {}

  static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("it did not become true within " + PATIENCE);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}

package dev.berth.scheduler.wire;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one step after each signal, never two at a time.
 *
 * <p>Signals that come while the step runs count as one, so a step looks at the newest state and
 * nothing queues up behind a slow reader. Signalling never blocks. Thread-safe.
 */
public final class Pump {
  private final Executor executor;
  private final Runnable step;
  private final AtomicInteger signals = new AtomicInteger();

  public Pump(Executor executor, Runnable step) {
    this.executor = executor;
    this.step = step;
  }

  public void signal() {
    if (signals.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  private void run() {
    int seen = signals.get();
    do {
      step.run();
      seen = signals.addAndGet(-seen);
    } while (seen != 0);
  }
}

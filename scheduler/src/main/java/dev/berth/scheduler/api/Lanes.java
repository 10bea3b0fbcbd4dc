package dev.berth.scheduler.api;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Keeps TLS handshakes out of the way of calls.
 *
 * <p>A handshake takes milliseconds of cpu, and ten thousand agents may make one at the same
 * moment, after a change of leader. They take turns on half of the cpus, the newest first: who has
 * waited for long has given up, and to serve the oldest first would serve nobody. At most {@value
 * #MAX_WAITING} wait; of more, the oldest are forgotten, since each holds its whole connection, and
 * theirs run into a timeout. Calls on connections that stand go on. Thread-safe.
 */
final class Lanes implements Executor, AutoCloseable {
  static final int MAX_WAITING = 1000;

  /** Where Netty's tasks of a handshake come from. */
  private static final String TLS = "io.netty.handler.ssl.";

  private final Executor calls;
  private final ExecutorService handshakes;

  Lanes(Executor calls, int cpus) {
    this.calls = calls;
    int threads = Math.max(1, cpus / 2);
    this.handshakes =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new NewestFirst(MAX_WAITING),
            Thread.ofPlatform().daemon().name("tls-handshake-", 1).factory());
  }

  @Override
  public void execute(Runnable task) {
    boolean isHandshake = task.getClass().getName().startsWith(TLS);
    (isHandshake ? handshakes : calls).execute(task);
  }

  @Override
  public void close() {
    handshakes.shutdown();
  }

  /** What came last is taken first, and what came first is dropped when there are too many. */
  static final class NewestFirst extends LinkedBlockingDeque<Runnable> {
    private static final long serialVersionUID = 1;

    NewestFirst(int most) {
      super(most);
    }

    @Override
    public boolean offer(Runnable task) {
      while (!offerFirst(task)) {
        var _ = pollLast();
      }
      return true;
    }
  }
}

package dev.berth.bench.load;

import dev.berth.bench.load.LoadReport.Failure;
import dev.berth.turn.CpuTurn;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends GET requests at a constant rate until it is stopped, and remembers each that failed.
 *
 * <p>Never retries and never waits for a slow answer to send the next request on another
 * connection. Remembers how long the first {@value #MOST_LATENCIES} answers took, from when their
 * requests were due, and at most {@value #MOST_FAILURES} failures; more end the load. Start and
 * stop from one thread; the counters may be read from any.
 */
public final class SteadyLoad {
  private static final int MOST_FAILURES = 100_000;
  private static final int MOST_LATENCIES = 1_000_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final int port;
  private final String host;
  private final String path;
  private final LongSupplier nanoTime;
  private final long startNanos;
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
  private final AtomicLong answers = new AtomicLong();
  private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong failureCount = new AtomicLong();
  private volatile boolean stopped;

  private SteadyLoad(int port, String host, String path, LongSupplier nanoTime) {
    this.port = port;
    this.host = host;
    this.path = path;
    this.nanoTime = nanoTime;
    this.startNanos = nanoTime.getAsLong();
  }

  /** The rate is per second over all connections. */
  public static SteadyLoad start(
      int port, String host, String path, int rate, int connections, LongSupplier nanoTime) {
    var load = new SteadyLoad(port, host, path, nanoTime);
    long interval = 1_000_000_000L * connections / rate;
    for (int i = 0; i < connections; i++) {
      long first = load.startNanos + interval * i / connections;
      load.threads.add(Thread.ofPlatform().daemon().start(() -> load.run(first, interval)));
    }
    return load;
  }

  public long answers() {
    return answers.get();
  }

  public LoadReport stop() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join();
    }
    List<Failure> inOrder = new ArrayList<>(failures);
    inOrder.sort(Comparator.comparingLong(Failure::atNanos));
    return new LoadReport(
        answers.get(), inOrder, latencies.stream().map(Duration::ofNanos).toList());
  }

  private void run(long first, long interval) {
    CpuTurn.shortenOwn(); // the generator's own waiting is nobody's latency
    HttpConnection connection = null;
    for (long due = first; !stopped; due += interval) {
      for (long left = due - nanoTime.getAsLong(); left > 0; left = due - nanoTime.getAsLong()) {
        LockSupport.parkNanos(left);
      }
      connection = request(connection, due);
    }
    close(connection);
  }

  private @Nullable HttpConnection request(@Nullable HttpConnection kept, long due) {
    HttpConnection connection = kept;
    try {
      connection = kept == null ? HttpConnection.open(port, TIMEOUT) : kept;
      Answer answer = connection.get(host, path);
      if (answer.status() == 200) {
        if (answers.incrementAndGet() <= MOST_LATENCIES) {
          latencies.add(nanoTime.getAsLong() - due);
        }
      } else {
        failed(answer.status() + " " + answer.header("berth-error"));
      }
      if (connection.isReusable()) {
        return connection;
      }
    } catch (IOException failure) {
      failed(failure.toString());
    }
    close(connection);
    return null;
  }

  private void failed(String what) {
    if (failureCount.incrementAndGet() > MOST_FAILURES) {
      stopped = true;
      return;
    }
    failures.add(new Failure(nanoTime.getAsLong() - startNanos, what));
  }

  private static void close(@Nullable HttpConnection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (IOException alreadyGone) {
      // The connection is given up either way.
    }
  }
}

package dev.berth.agent.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/**
 * Runs other programs: by absolute path, with a clean environment, pipes only and no shell.
 *
 * <p>Every run has a deadline and a bound on what it may print. Blocking parts run on platform
 * threads, so callers may be virtual. Thread-safe.
 */
public final class Programs implements AutoCloseable {
  public static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int MOST_AT_ONCE = 32;

  /** How a program ended, and what it wrote to both outputs together. */
  public record Finished(int exitCode, String output) {
    public boolean succeeded() {
      return exitCode == 0;
    }
  }

  /** A program's answer on descriptor 3, for those that outlive their first process. */
  public record Answer(int exitCode, String answer, String output) {}

  /** A program that waits until it is let go. */
  public interface Held {
    long pid();

    void letGo();
  }

  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().name("program-", 0).daemon().factory());
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  /** Runs to the end; a program that does not end by itself is killed and reported as 137. */
  public Finished run(List<String> command, String input) throws IOException {
    var answer =
        onPlatformThread(() -> {
          try (var process = Spawned.start(command, false)) {
            process.write(input.getBytes(StandardCharsets.UTF_8));
            return process.finish(LIMIT);
          }
        });
    return new Finished(answer.exitCode(), answer.output());
  }

  /** Runs and throws when the exit code is not 0. */
  public String need(List<String> command, String input) throws IOException {
    var finished = run(command, input);
    if (!finished.succeeded()) {
      throw new IOException(
          "%s ended with %d: %s"
              .formatted(command.getFirst(), finished.exitCode(), finished.output().strip()));
    }
    return finished.output();
  }

  public String need(List<String> command) throws IOException {
    return need(command, "");
  }

  /** Runs a program that reports on descriptor 3 and goes on in the background. */
  public Answer ask(List<String> command, String environment, Duration limit) throws IOException {
    return onPlatformThread(() -> {
      try (var process = Spawned.start(command, true, environment)) {
        process.write(new byte[0]);
        return process.answer(limit);
      }
    });
  }

  /** Starts a program that ends when its input does. */
  public Held hold(List<String> command) throws IOException {
    var process = onPlatformThread(() -> Spawned.start(command, false));
    return new Held() {
      @Override
      public long pid() {
        return process.pid();
      }

      @Override
      public void letGo() {
        threads.execute(process::close);
      }
    };
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T onPlatformThread(Work<T> work) throws IOException {
    try {
      places.acquire();
      try {
        Future<T> future = threads.submit(work::run);
        return future.get();
      } finally {
        places.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a program ran", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof IllegalArgumentException cause) {
        throw cause;
      }
      throw new IllegalStateException("a program could not be run", e.getCause());
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}

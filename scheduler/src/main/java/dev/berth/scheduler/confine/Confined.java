package dev.berth.scheduler.confine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A confined program that runs. Its complaints are read beside it, the first of them kept. Closing
 * it leaves no process behind. Confined to one caller.
 */
public final class Confined implements AutoCloseable {
  private static final int MAX_COMPLAINT = 2000;

  /** What is done once no process is left. */
  interface Afterwards {
    void run() throws IOException;
  }

  private final Afterwards afterwards;
  private final String name;
  private final Process process;
  private final CompletableFuture<String> complaint = new CompletableFuture<>();

  Confined(String name, Process process, Afterwards afterwards) {
    this.afterwards = afterwards;
    this.name = name;
    this.process = process;
    Thread.ofVirtual().name("confined-" + name).start(this::listen);
  }

  private void listen() {
    try (InputStream in = process.getErrorStream()) {
      String first = new String(in.readNBytes(MAX_COMPLAINT), StandardCharsets.UTF_8).strip();
      complaint.complete(first);
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      complaint.complete("its standard error could not be read: " + e.getMessage());
    }
  }

  /** What the program reads. */
  public OutputStream input() {
    return process.getOutputStream();
  }

  /** What the program writes. */
  public InputStream output() {
    return process.getInputStream();
  }

  /** Waits for its end; what went wrong, in the program's own words, if it did not end well. */
  public Optional<String> end(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      return Optional.of(name + " has not ended after " + patience.toSeconds() + " seconds");
    }
    if (process.exitValue() == 0) {
      return Optional.empty();
    }
    String words = complaint.completeOnTimeout("", 1, TimeUnit.SECONDS).join();
    return Optional.of(name + " ended with " + process.exitValue() + ": " + words);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    boolean interrupted = Thread.interrupted();
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    process.getInputStream().close();
    afterwards.run();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

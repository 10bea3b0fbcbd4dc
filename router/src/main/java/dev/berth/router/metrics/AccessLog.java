package dev.berth.router.metrics;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the event loops' log lines to a file, a buffer at a time.
 *
 * <p>Never makes an event loop wait: when the disk is slower than the requests, whole buffers are
 * dropped and counted. Thread-safe; one thread writes.
 */
public final class AccessLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
  private static final int MAX_BUFFERS = 64;
  private static final byte[] END = new byte[0];

  private final BlockingQueue<byte[]> buffers = new ArrayBlockingQueue<>(MAX_BUFFERS);
  private final OutputStream out;
  private final Thread writer;

  public AccessLog(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      out =
          Files.newOutputStream(
              file, Set.of(StandardOpenOption.APPEND).toArray(StandardOpenOption[]::new));
    } catch (IOException failure) {
      throw new UncheckedIOException("access-log.file " + file + " cannot be opened", failure);
    }
    writer = Thread.ofPlatform().name("access-log").daemon().start(this::write);
  }

  /** Takes the bytes, or says that there is no room for them. */
  boolean offer(byte[] lines) {
    return buffers.offer(lines);
  }

  private void write() {
    try (out) {
      for (byte[] lines = buffers.take(); lines.length > 0; lines = buffers.take()) {
        out.write(lines);
      }
    } catch (IOException failure) {
      log.error(
          "the access log cannot be written any more; requests are served without it", failure);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      if (!buffers.offer(END, 1, TimeUnit.SECONDS)) {
        writer.interrupt();
      }
      writer.join(TimeUnit.SECONDS.toMillis(2));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}

package dev.berth.agent.logs;

import dev.berth.agent.linux.Syscalls;
import dev.berth.agent.runtime.Output;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room that one incarnation's output has: its rate, saved up for a few seconds.
 *
 * <p>Whole lines that do not fit are punched out of the file: their blocks go back to the disk, and
 * a reader finds nothing there. Confined to the meter.
 */
final class LogRoom {
  private static final Logger LOG = LoggerFactory.getLogger(LogRoom.class);
  private static final int SAVED_SECONDS = 4;
  private static final int LONGEST_RECORD = 64 * 1024;

  private final long bytesPerSecond;
  private Instant last;
  private long room;
  private long written;
  private long size;
  private @Nullable Object file;

  LogRoom(long bytesPerSecond, Instant now) {
    this.bytesPerSecond = bytesPerSecond;
    this.last = now;
    this.room = bytesPerSecond * SAVED_SECONDS;
  }

  /** Takes out of the file what came since the last time and does not fit; returns its bytes. */
  long beyond(Output output, Instant now, Syscalls syscalls) {
    long saved = bytesPerSecond * Math.max(0, Duration.between(last, now).toMillis()) / 1000;
    room = Math.min(bytesPerSecond * SAVED_SECONDS, room + saved);
    last = now;
    long fresh = output.written() - written;
    written = output.written();
    try {
      var attributes = Files.readAttributes(output.file(), BasicFileAttributes.class);
      long from =
          Objects.equals(attributes.fileKey(), file) ? Math.min(size, attributes.size()) : 0;
      file = attributes.fileKey();
      size = attributes.size();
      if (fresh <= room) {
        room -= Math.max(fresh, 0);
        return 0;
      }
      long kept = Math.min(room, size - from);
      room = 0;
      punch(output, from + kept, size, syscalls);
      return fresh - kept;
    } catch (NoSuchFileException gone) {
      return 0;
    } catch (IOException failure) {
      LOG.warn("output beyond the rate stays in {}: {}", output.file(), failure.getMessage());
      return 0;
    }
  }

  /** From the end of a line to before the end of another one. */
  private static void punch(Output output, long from, long to, Syscalls syscalls)
      throws IOException {
    try (var channel = FileChannel.open(output.file())) {
      long first = lineEnd(channel, from, Math.min(to, from + LONGEST_RECORD)) + 1;
      long last = lastLineEnd(channel, Math.max(from, to - LONGEST_RECORD), to);
      if (first > 0 && last > first) {
        int result = syscalls.punch(output.file(), first, last - first);
        if (result != 0) {
          throw new IOException("a hole can't be made: errno " + -result);
        }
      }
    }
  }

  private static long lineEnd(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer bytes = read(channel, from, to);
    for (int i = 0; i < bytes.limit(); i++) {
      if (bytes.get(i) == '\n') {
        return from + i;
      }
    }
    return -1;
  }

  private static long lastLineEnd(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer bytes = read(channel, from, to);
    for (int i = bytes.limit() - 1; i >= 0; i--) {
      if (bytes.get(i) == '\n') {
        return from + i;
      }
    }
    return -1;
  }

  private static ByteBuffer read(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, to - from));
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
      // until the end
    }
    return bytes.flip();
  }
}

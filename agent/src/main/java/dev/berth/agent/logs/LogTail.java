package dev.berth.agent.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One log file, from its last lines on.
 *
 * <p>Notices when the file is replaced by a fresh one. Keeps no file open between calls and reads a
 * bounded amount in each. Confined to its reader.
 */
final class LogTail {
  private static final Set<OpenOption> NO_LINK =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final int BLOCK = 64 * 1024;
  private static final int BYTES_A_POLL = 256 * 1024;
  private static final long LONGEST_TAIL = 1024L * 1024;

  private final Supplier<Optional<Path>> place;
  private LogParser parser = new LogParser();
  private @Nullable Object file;
  private long offset;

  /** Asks for the file's place each time, as it may move. */
  LogTail(Supplier<Optional<Path>> place) {
    this.place = place;
  }

  /** The last lines; what follows them is for {@link #poll}. */
  List<LogRecord> last(int lines) throws IOException {
    Deque<LogRecord> last = new ArrayDeque<>();
    open((channel, size) -> {
      offset = startOfLast(channel, size, lines);
      while (read(channel, size, record -> keep(last, record, lines)) > 0) {
        // until the end
      }
    });
    return List.copyOf(last);
  }

  /** What is new, as far as one call goes; false when there was nothing. */
  boolean poll(Consumer<LogRecord> records) throws IOException {
    boolean[] any = new boolean[1];
    open((channel, size) -> {
      long end = Math.min(size, offset + BYTES_A_POLL);
      while (read(channel, end, records) > 0) {
        any[0] = true;
      }
    });
    return any[0];
  }

  private interface Reading {
    void read(FileChannel channel, long size) throws IOException;
  }

  private void open(Reading reading) throws IOException {
    Optional<Path> path = place.get();
    if (path.isEmpty()) {
      return;
    }
    try {
      var attributes =
          Files.readAttributes(path.get(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        return; // nothing that this agent made
      }
      if (!Objects.equals(file, attributes.fileKey()) || attributes.size() < offset) {
        file = attributes.fileKey();
        offset = 0;
        parser = new LogParser();
      } else if (attributes.size() == offset) {
        return;
      }
      try (FileChannel channel = FileChannel.open(path.get(), NO_LINK)) {
        reading.read(channel, attributes.size());
      }
    } catch (NoSuchFileException _) {
      // It has just been moved or taken away; the next call asks for its place again.
    }
  }

  private int read(FileChannel channel, long end, Consumer<LogRecord> records) throws IOException {
    int wanted = (int) Math.min(BLOCK, end - offset);
    if (wanted <= 0) {
      return 0;
    }
    ByteBuffer block = ByteBuffer.allocate(wanted);
    int read = channel.read(block, offset);
    if (read > 0) {
      offset += read;
      parser.feed(block.array(), read, records);
    }
    return read;
  }

  private static void keep(Deque<LogRecord> last, LogRecord record, int lines) {
    last.addLast(record);
    if (last.size() > lines) {
      last.removeFirst();
    }
  }

  private static long startOfLast(FileChannel channel, long size, int lines) throws IOException {
    long lowest = Math.max(0, size - LONGEST_TAIL);
    long position = size;
    int ends = 0;
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    while (position > lowest) {
      int length = (int) Math.min(BLOCK, position - lowest);
      position -= length;
      block.clear().limit(length);
      int read = channel.read(block, position);
      for (int i = read - 1; i >= 0; i--) {
        // The last line's own end is not one between lines.
        if (block.get(i) == '\n' && ++ends > lines) {
          return position + i + 1;
        }
      }
    }
    return lowest;
  }
}

package dev.berth.agent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * How much of what was written to one device may wait in memory to reach it.
 *
 * <p>Without such a limit an instance may fill its memory with pages that wait for the disk. The
 * kernel can't take those away to make room, and when the disk is slow it kills instead; and an
 * instance's end, which waits for its pages, takes as long as they do. With it who writes waits.
 *
 * <p>Source: the kernel's Documentation/ABI/testing/sysfs-class-bdi; from Linux 6.2 on, nothing is
 * limited on an older one. Not a bound that is kept exactly: the kernel lets writers through for a
 * moment. Thread-safe.
 */
final class DirtyLimit {
  private static final long LEAST_BYTES = 4L << 20;
  private static final int PART_OF_MEMORY = 8;

  private final Path directory;

  /**
   * @param device as {@code 7:3}
   */
  DirtyLimit(String device) {
    this(Path.of("/sys/class/bdi"), device);
  }

  DirtyLimit(Path devices, String device) {
    this.directory = devices.resolve(device);
  }

  /** An eighth of the memory, and at least 4 MiB, so that a small instance can still write. */
  static long bytes(int memoryMib) {
    return Math.max(LEAST_BYTES, ((long) memoryMib << 20) / PART_OF_MEMORY);
  }

  void set(long bytes) throws IOException {
    if (isKnown()) {
      write("max_bytes", "" + bytes);
      write("strict_limit", "1");
    }
  }

  /** Leaves the device to its next user as it was found. */
  void lift() throws IOException {
    if (isKnown()) {
      write("strict_limit", "0");
      write("max_ratio", "100");
    }
  }

  /**
   * What the kernel has instead; it keeps the limit as a share of the host's memory, so that its
   * bytes are not exactly those that were written.
   */
  Optional<String> difference(long bytes) throws IOException {
    if (!isKnown()) {
      return Optional.empty();
    }
    long set = read("max_bytes");
    return read("strict_limit") == 1 && set <= 2 * bytes
        ? Optional.empty()
        : Optional.of("the limit of unwritten data, bytes, is " + set + ", not " + bytes);
  }

  private boolean isKnown() {
    return Files.exists(directory.resolve("max_bytes"));
  }

  private long read(String name) throws IOException {
    return Long.parseLong(Files.readString(directory.resolve(name)).strip());
  }

  private void write(String name, String value) throws IOException {
    Path file = directory.resolve(name);
    try {
      Files.writeString(file, value, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "unwritten data can't be limited: %s refuses '%s': %s"
              .formatted(file, value, e.getMessage()),
          e);
    }
  }
}

package dev.berth.leader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The highest epoch that was ever seen, kept on disk.
 *
 * <p>A higher one is on the disk before it is admitted, so that after a crash no older one is: what
 * a deposed scheduler says is refused for ever. Thread-safe.
 */
public final class EpochFile implements Epochs {
  private static final Logger log = LoggerFactory.getLogger(EpochFile.class);

  private final Path file;
  private long seen;

  private EpochFile(Path file, long seen) {
    this.file = file;
    this.seen = seen;
  }

  /** Reads it, if there is one; {@code atLeast} is known from elsewhere. */
  public static EpochFile open(Path file, long atLeast) throws IOException {
    long stored = 0;
    if (Files.exists(file)) {
      try {
        stored = Long.parseLong(Files.readString(file).strip());
      } catch (NumberFormatException damaged) {
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        log.error("the epoch in {} is damaged and was moved to {}", file, aside);
      }
    }
    return new EpochFile(file, Math.max(stored, atLeast));
  }

  @Override
  public synchronized long seen() {
    return seen;
  }

  @Override
  public synchronized boolean admit(long epoch) throws IOException {
    if (epoch > seen) {
      write(epoch);
      seen = epoch;
    }
    return epoch == seen;
  }

  private void write(long epoch) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel =
        FileChannel.open(
            fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
      ByteBuffer bytes = ByteBuffer.wrap((epoch + "\n").getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel names =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}

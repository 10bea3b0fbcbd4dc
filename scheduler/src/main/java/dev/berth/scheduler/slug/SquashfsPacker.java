package dev.berth.scheduler.slug;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.scheduler.confine.Bounds;
import dev.berth.scheduler.confine.Confined;
import dev.berth.scheduler.confine.Confinement;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Turns a clean tar into a squashfs image by a confined {@code sqfstar}, which can write one file
 * and nothing else. The same tar gives the same image. Waits for its child and leaves none behind.
 * Thread-safe.
 */
public final class SquashfsPacker {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String IMAGE = "slug.squashfs";
  private static final long MAX_IMAGE_BYTES = SlugLimits.CEILING_BYTES + (64L << 20);
  private static final Bounds BOUNDS = new Bounds(300, 2L << 30, MAX_IMAGE_BYTES);

  private final Confinement confinement;

  public SquashfsPacker(Confinement confinement) {
    this.confinement = confinement;
  }

  /** Writes a tar. */
  interface TarWriter {
    void writeTo(OutputStream out) throws IOException;
  }

  /** The image, inside {@code directory}; only one that {@code sqfstar} has called complete. */
  Path pack(TarWriter tar, Path directory) throws IOException, InterruptedException {
    Path image = Files.createFile(directory.resolve(IMAGE), BlobStore.PRIVATE_FILE);
    try (Confined sqfstar = confinement.start(image, Confinement.Access.WRITE, BOUNDS, command())) {
      IOException unread = null;
      try (OutputStream out = new BufferedOutputStream(sqfstar.input(), 1 << 16)) {
        tar.writeTo(out);
      } catch (IOException e) {
        unread = e; // the words of sqfstar say more than the broken pipe does
      }
      Optional<String> failure = sqfstar.end(PATIENCE);
      if (failure.isPresent() || unread != null) {
        throw new IOException(failure.orElse("the tar could not be given to sqfstar"), unread);
      }
      return image;
    }
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    Collections.addAll(command, "/usr/bin/sqfstar", "-comp", "lz4", "-processors", "2");
    Collections.addAll(command, "-mem", "256M", "-no-xattrs", "-exit-on-error");
    Collections.addAll(command, "-mkfs-time", "0", "-all-time", "0", "-root-mode", "755");
    Collections.addAll(command, "-root-uid", "0", "-root-gid", "0", "-quiet", "-no-progress");
    Collections.addAll(command, "-force", Confinement.FILE);
    return command;
  }
}

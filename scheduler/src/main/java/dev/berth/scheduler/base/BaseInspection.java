package dev.berth.scheduler.base;

import dev.berth.scheduler.confine.Bounds;
import dev.berth.scheduler.confine.Confined;
import dev.berth.scheduler.confine.Confinement;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Says all that is wrong with a base image before a kernel sees it.
 *
 * <p>Its superblock is read here; its tree is listed by a confined {@code unsquashfs}, which may
 * fail or lie, but not harm. Thread-safe; blocks.
 */
public final class BaseInspection {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Bounds BOUNDS = new Bounds(60, 4L << 30, 0);

  /** No path that is allowed makes a longer line. */
  private static final int MAX_LINE = 16 << 10;

  private final Confinement confinement;
  private final BaseLimits limits;

  public BaseInspection(Confinement confinement) {
    this(confinement, BaseLimits.DEFAULT);
  }

  BaseInspection(Confinement confinement, BaseLimits limits) {
    this.confinement = confinement;
    this.limits = limits;
  }

  /** What is wrong with it, in words, each thing with its path; nothing if it may be published. */
  public Optional<String> faults(Path image) throws IOException, InterruptedException {
    BaseFaults faults = inspect(image);
    return faults.count() == 0 ? Optional.empty() : Optional.of(faults.words());
  }

  BaseFaults inspect(Path image) throws IOException, InterruptedException {
    BaseFaults faults = new BaseFaults();
    Superblock superblock = superblock(image);
    if (!superblock.isVersion4()) {
      faults.add("/", BaseRule.NOT_SQUASHFS);
      return faults;
    }
    if (superblock.bytes() < Superblock.BYTES || superblock.bytes() > Files.size(image)) {
      faults.add("/", BaseRule.CUT_SHORT);
      return faults;
    }
    if (superblock.inodes() > limits.entries()) {
      faults.add("/", BaseRule.TOO_MANY_FILES);
      return faults;
    }
    if (superblock.hasAttributes()) {
      faults.add("/", BaseRule.HAS_ATTRIBUTES);
    }
    list(image, superblock, faults);
    return faults;
  }

  private static Superblock superblock(Path image) throws IOException {
    try (InputStream in = Files.newInputStream(image)) {
      return Superblock.of(in.readNBytes(Superblock.BYTES));
    }
  }

  private void list(Path image, Superblock superblock, BaseFaults faults)
      throws InterruptedException, IOException {
    BaseListing listing = new BaseListing(limits, faults);
    List<String> command =
        List.of("/usr/bin/unsquashfs", "-processors", "1", "-lln", Confinement.FILE);
    try (Confined unsquashfs = confinement.start(image, Confinement.Access.READ, BOUNDS, command);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(unsquashfs.output(), StandardCharsets.UTF_8))) {
      unsquashfs.input().close();
      if (!takeAll(lines, listing)) {
        return;
      }
      Optional<String> failure = unsquashfs.end(PATIENCE);
      if (failure.isPresent()) {
        faults.add(listing.last(), BaseRule.UNREADABLE, failure.get());
      } else if (listing.entries() < superblock.inodes()) {
        faults.add(listing.last(), BaseRule.UNREADABLE, "it hides files");
      }
    }
  }

  private static boolean takeAll(BufferedReader lines, BaseListing listing) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = lines.read(); c >= 0; c = lines.read()) {
      if (c != '\n' && line.length() < MAX_LINE) {
        line.append((char) c);
      } else {
        if (!listing.take(line.toString())) {
          return false;
        }
        line.setLength(0);
      }
    }
    return line.isEmpty() || listing.take(line.toString());
  }
}

package dev.berth.agent.image;

import dev.berth.agent.linux.MountTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Hashes the files of mounted images again, slowly.
 *
 * <p>An image is checked before it is mounted; this finds what was changed under the mount
 * afterwards. It sees the file, through the page cache, and not what the kernel keeps of it in
 * unpacked form. Thread-safe.
 */
public final class ImageRehash {
  private static final int CHUNK = 1 << 18;
  private static final double NANOS_PER_SECOND = 1e9;

  private final StateLayout layout;

  public ImageRehash(StateLayout layout) {
    this.layout = layout;
  }

  /** How many images are mounted, and what is wrong with which of them, in words. */
  public record Seen(int images, List<String> wrong) {
    public Seen {
      wrong = List.copyOf(wrong);
    }
  }

  /** Reads at most so many MiB in a second. Ends early when its thread is interrupted. */
  public Seen look(int mibPerSecond) throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> digests = mountedDigests();
    for (String digest : digests) {
      Path file = layout.images().resolve(digest);
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        wrong.add("the file of the mounted image " + brief(digest) + " is gone");
      } else {
        String found = hash(file, mibPerSecond);
        if (!found.equals(digest)) {
          wrong.add("the mounted image " + brief(digest) + " now has the hash " + brief(found));
        }
      }
    }
    return new Seen(digests.size(), wrong);
  }

  private List<String> mountedDigests() throws IOException {
    return MountTable.ofThisProcess().stream()
        .map(MountTable.Mount::target)
        .filter(target -> target.equals(layout.imageMount(name(target))))
        .map(ImageRehash::name)
        .distinct()
        .sorted()
        .toList();
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static String hash(Path file, int mibPerSecond) throws IOException {
    long pause = (long) (NANOS_PER_SECOND * CHUNK / (1 << 20) / mibPerSecond);
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[CHUNK];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
        LockSupport.parkNanos(pause);
        if (Thread.currentThread().isInterrupted()) {
          throw new IOException("interrupted while hashing images");
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String brief(String digest) {
    return digest.substring(0, Math.min(12, digest.length()));
  }
}

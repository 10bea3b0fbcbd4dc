package dev.berth.agent.image;

import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.MountTable;
import dev.berth.agent.linux.Syscalls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The images of this node, by digest.
 *
 * <p>An image is mounted once, read-only, nosuid and nodev, and only after the bytes behind the
 * mounted descriptor gave the digest that names it. What differs is deleted and reported.
 * Thread-safe; one image is fetched by one caller while the others wait.
 */
public final class ImageStore {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final int SQUASHFS_MAGIC = 0x73717368;
  private static final int EROFS_MAGIC = 0xE0F5E1E2;

  /** Where images come from. */
  @FunctionalInterface
  public interface Source {
    void fetch(String digest, Path target) throws IOException;
  }

  private final StateLayout layout;
  private final Syscalls syscalls;
  private final LoopDevices loops;
  private final Source source;
  private final boolean checking;
  private final ConcurrentHashMap<String, Object> locks = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, Path> mounted = new ConcurrentHashMap<>();
  private final Set<String> own = ConcurrentHashMap.newKeySet();

  public ImageStore(StateLayout layout, Syscalls syscalls, Source source, boolean checking) {
    this.checking = checking;
    this.layout = layout;
    this.syscalls = syscalls;
    this.loops = new LoopDevices(syscalls);
    this.source = source;
  }

  /** Where the image is mounted; fetches, checks and mounts it when it is not. */
  public Path mounted(String digest) throws IOException {
    Path ready = mounted.get(digest);
    if (ready != null) {
      return ready;
    }
    if (!DIGEST.matcher(digest).matches()) {
      throw new IOException("an image digest is 64 lower-case hex digits, not '" + digest + "'");
    }
    // Held over I/O on purpose: the second caller needs what the first one makes.
    synchronized (locks.computeIfAbsent(digest, _ -> new Object())) {
      Path target = layout.imageMount(digest);
      if (!MountTable.isMounted(target)) {
        StateLayout.directory(target, "rwx------");
        mount(present(digest), digest, target);
      }
      mounted.put(digest, target);
      return target;
    }
  }

  /** The digests of the images whose files are here, without those that this host made itself. */
  public List<String> digests() throws IOException {
    try (var files = Files.list(layout.images())) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> DIGEST.matcher(name).matches() && !own.contains(name))
          .sorted()
          .toList();
    }
  }

  /**
   * Takes it away; fetched again when it is needed again. Containers have mounts of their own of
   * it, which hold the file until they end. Images that this host made itself stay.
   */
  public void forget(String digest) throws IOException {
    synchronized (locks.computeIfAbsent(digest, _ -> new Object())) {
      if (own.contains(digest)) {
        return;
      }
      mounted.remove(digest);
      Path target = layout.imageMount(digest);
      if (MountTable.isMounted(target)) {
        Errno.check(syscalls.unmountDetached(target), "unmount image " + digest);
      }
      Files.deleteIfExists(target);
      Files.deleteIfExists(layout.images().resolve(digest));
    }
  }

  /** Takes over an image that this host made itself, and says its digest. */
  public String add(Path image) throws IOException {
    String digest = sha256(image);
    own.add(digest);
    if (!Files.exists(layout.images().resolve(digest))) {
      Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("r--------"));
      Files.move(image, layout.images().resolve(digest), StandardCopyOption.ATOMIC_MOVE);
    }
    return digest;
  }

  private Path present(String digest) throws IOException {
    Path file = layout.images().resolve(digest);
    if (!Files.exists(file)) {
      Path partial = layout.images().resolve(digest + ".partial");
      Files.deleteIfExists(partial);
      source.fetch(digest, partial);
      Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("r--------"));
      Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return file;
  }

  private void mount(Path file, String digest, Path target) throws IOException {
    int descriptor = Errno.check(syscalls.open(file, Syscalls.O_RDONLY), "open image " + digest);
    try {
      Path opened = Path.of("/proc/self/fd/" + descriptor);
      String found = sha256(opened);
      if (!found.equals(digest) && checking) {
        Files.deleteIfExists(file);
        throw new IOException(
            "image " + digest + " has the hash " + found + "; it was deleted, fetch it again");
      }
      long flags = Syscalls.MS_RDONLY | Syscalls.MS_NOSUID | Syscalls.MS_NODEV;
      loops.mount(descriptor, target, type(opened, digest), flags, "");
    } finally {
      syscalls.close(descriptor);
    }
  }

  private static String type(Path file, String digest) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer start = ByteBuffer.allocate(1028).order(ByteOrder.LITTLE_ENDIAN);
      channel.read(start);
      if (start.position() >= 4 && start.getInt(0) == SQUASHFS_MAGIC) {
        return "squashfs";
      }
      if (start.position() == 1028 && start.getInt(1024) == EROFS_MAGIC) {
        return "erofs";
      }
      throw new IOException("image " + digest + " is neither squashfs nor EROFS");
    }
  }

  static String sha256(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ);
        InputStream in = Channels.newInputStream(channel)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 18];
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

package dev.berth.scheduler.blobs;

import dev.berth.scheduler.state.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A directory of blobs, each at {@code aa/bb/DIGEST}.
 *
 * <p>A blob that can be found is complete, on the disk, and has the digest that it is named by: it
 * was hashed on the way in, synced, and moved to its name in one step. It is never changed
 * afterwards. Files are 0600, directories 0700. What a crash left in {@code incoming} is removed on
 * opening. Thread-safe.
 */
public final class BlobStore {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** For every file that is made here: its owner only. */
  public static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final Pattern BLOB = Pattern.compile("[0-9a-f]{64}");

  private final Object removing = new Object();
  private final Path directory;
  private final Path incoming;

  private BlobStore(Path directory, Path incoming) {
    this.directory = directory;
    this.incoming = incoming;
  }

  /** Opens the store in this directory, making it if it is not there. */
  public static BlobStore open(Path directory) throws IOException {
    return open(directory, "alone");
  }

  /** The same, shared with others: each has a name of its own, and clears up after itself alone. */
  public static BlobStore open(Path directory, String user) throws IOException {
    Path absolute = directory.toAbsolutePath();
    BlobStore store = new BlobStore(absolute, absolute.resolve("incoming").resolve(user));
    Files.createDirectories(store.directory, PRIVATE_DIRECTORY);
    Files.createDirectories(store.incoming, PRIVATE_DIRECTORY);
    store.clearIncoming();
    return store;
  }

  /** Where the blobs and what belongs to them are kept. */
  public Path directory() {
    return directory;
  }

  /** The blob of this digest, if it is here. */
  public Optional<Blob> find(Digest digest) throws IOException {
    Path file = fileOf(digest);
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        ? Optional.of(new Blob(digest, file, Files.size(file)))
        : Optional.empty();
  }

  /** A private scratch directory on the store's own file system; gone when closed. */
  public Scratch scratch() throws IOException {
    return new Scratch(Files.createTempDirectory(incoming, "scratch-", PRIVATE_DIRECTORY));
  }

  /** A new blob, to be written and then kept or dropped. */
  public IncomingBlob receive() throws IOException {
    return new IncomingBlob(this, Files.createTempFile(incoming, "blob-", "", PRIVATE_FILE));
  }

  /** Takes a finished file of {@link #incoming}, whose digest the caller has computed. */
  Blob keep(Path file, Digest digest) throws IOException {
    Path target = fileOf(digest);
    long bytes = Files.size(file);
    if (touched(digest).isPresent()) {
      Files.delete(file);
      return new Blob(digest, target, bytes);
    }
    Path parent = parentOf(target);
    Files.createDirectories(parent, PRIVATE_DIRECTORY);
    move(file, target);
    sync(parent);
    sync(parentOf(parent));
    sync(directory);
    return new Blob(digest, target, bytes);
  }

  /**
   * The blob, for who is about to name it: it counts as fresh from here on, so that it is not taken
   * for garbage meanwhile.
   */
  public Optional<Blob> touched(Digest digest) throws IOException {
    synchronized (removing) {
      Optional<Blob> found = find(digest);
      if (found.isPresent()) {
        Files.setLastModifiedTime(found.get().file(), now());
      }
      return found;
    }
  }

  /** The time by the clock of the files, which all schedulers that share them see. */
  public FileTime now() throws IOException {
    Path probe = Files.createTempFile(incoming, "time-", "", PRIVATE_FILE);
    FileTime now = Files.getLastModifiedTime(probe);
    Files.delete(probe);
    return now;
  }

  /** Blobs that came, and were touched last, before then. */
  public List<Blob> before(FileTime then) throws IOException {
    List<Blob> old = new ArrayList<>();
    try (Stream<Path> files = Files.walk(directory, 3)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = String.valueOf(file.getFileName());
        if (BLOB.matcher(name).matches() && file.equals(fileOf(new Digest(name)))) {
          try {
            if (Files.getLastModifiedTime(file).compareTo(then) < 0) {
              old.add(new Blob(new Digest(name), file, Files.size(file)));
            }
          } catch (NoSuchFileException _) {
            // somebody else was quicker
          }
        }
      }
    }
    return old;
  }

  /** Removes the blob unless it was touched since; says whether it did. */
  public boolean remove(Blob blob, FileTime before) throws IOException {
    synchronized (removing) {
      if (!Files.exists(blob.file(), LinkOption.NOFOLLOW_LINKS)
          || Files.getLastModifiedTime(blob.file()).compareTo(before) >= 0) {
        return false;
      }
      return Files.deleteIfExists(blob.file());
    }
  }

  private Path fileOf(Digest digest) {
    String hex = digest.hex();
    return directory.resolve(hex.substring(0, 2)).resolve(hex.substring(2, 4)).resolve(hex);
  }

  private void clearIncoming() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(incoming)) {
      for (Path path : left) {
        Scratch.remove(path);
      }
    }
  }

  private static void move(Path file, Path target) throws IOException {
    try {
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("blobs.directory must be one file system: " + target, e);
    }
  }

  private static Path parentOf(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalStateException("a blob has no directory above it: " + path);
    }
    return parent;
  }

  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}

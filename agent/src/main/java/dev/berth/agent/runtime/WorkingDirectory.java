package dev.berth.agent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says whether a process works where it was ordered to, or at least within its own root, to which
 * it may have gone by itself since.
 *
 * <p>Known by inodes: a path below a descriptor of the host would look like any other. What was
 * read while the process went elsewhere says nothing, and is read again.
 */
final class WorkingDirectory {
  private static final Path ORDERED = Path.of("/app");

  /** A process that moves on and on is not believed for ever; 100 looks take some 2 ms. */
  private static final int MOST_LOOKS = 100;

  private WorkingDirectory() {}

  /** What the kernel shows of a process at this moment. */
  interface Look {
    /** The inode of its working directory. */
    Object own() throws IOException;

    /** The path of it, as the kernel has it. */
    Path shown() throws IOException;

    /** The inode at a path of its root; null if nothing is there. */
    @Nullable Object inRoot(Path path);
  }

  /** In words; empty if all is well. */
  static Optional<String> difference(Look look) throws IOException {
    Object own = look.own();
    Path shown = look.shown();
    for (int looked = 1; looked <= MOST_LOOKS; looked++) {
      if (own.equals(look.inRoot(ORDERED)) || isWithinRoot(look, own, shown)) {
        return Optional.empty();
      }
      Object before = own;
      Path shownBefore = shown;
      own = look.own();
      shown = look.shown();
      if (own.equals(before) && shown.equals(shownBefore)) {
        break;
      }
    }
    return Optional.of(
        "it works in %s (%s), not in %s (%s)".formatted(shown, own, ORDERED, look.inRoot(ORDERED)));
  }

  private static boolean isWithinRoot(Look look, Object own, Path shown) {
    return shown.isAbsolute() && !shown.startsWith("/proc") && own.equals(look.inRoot(shown));
  }

  /** Of the process with this directory below /proc. */
  static Look of(Path process) {
    return new Look() {
      @Override
      public Object own() throws IOException {
        return inode(process.resolve("cwd"));
      }

      @Override
      public Path shown() throws IOException {
        return Files.readSymbolicLink(process.resolve("cwd"));
      }

      @Override
      public @Nullable Object inRoot(Path path) {
        try {
          return inode(process.resolve("root").resolve(path.toString().substring(1)));
        } catch (IOException notThere) {
          return null;
        }
      }
    };
  }

  private static String inode(Path path) throws IOException {
    return Files.getAttribute(path, "unix:dev") + ":" + Files.getAttribute(path, "unix:ino");
  }
}

package dev.berth.agent.image;

import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.MountTable;
import dev.berth.agent.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Where a node keeps what.
 *
 * <p>Below {@code live} is memory only: it goes with a reboot, as the containers do. Mounts below
 * {@code live/shared} reach the private mount namespace of the runtime; those below {@code
 * live/scratch} do not.
 */
public record StateLayout(Path root) {
  /** What the mount table shows as the source of our memory file systems. */
  public static final String SOURCE = "berth";

  /** Where the runtime's private namespace shows {@link #roots}. */
  public static final Path WINDOW = Path.of("/mnt/roots");

  public Path live() {
    return root.resolve("live");
  }

  /** Mount points of images and root file systems; mounts made here propagate. */
  public Path shared() {
    return live().resolve("shared");
  }

  public Path imageMount(String digest) {
    return shared().resolve("images").resolve(digest);
  }

  public Path roots() {
    return shared().resolve("roots");
  }

  public Path rootMount(String container) {
    return roots().resolve(container);
  }

  public Path scratch() {
    return live().resolve("scratch");
  }

  /** Device nodes of our own, so that no container ever holds an inode of the host's /dev. */
  public Path devices() {
    return live().resolve("devices");
  }

  /** The agent's own copies of the programs that make containers. */
  public Path programs() {
    return live().resolve("programs");
  }

  public Path pin() {
    return live().resolve("pin");
  }

  public Path runtimeState() {
    return live().resolve("runtime");
  }

  public Path exits() {
    return live().resolve("exits");
  }

  public Path bundle(String container) {
    return live().resolve("bundles").resolve(container);
  }

  public Path bundles() {
    return live().resolve("bundles");
  }

  public Path images() {
    return root.resolve("images");
  }

  public Path uppers() {
    return root.resolve("uppers");
  }

  public Path placements() {
    return root.resolve("placements");
  }

  public Path logs() {
    return root.resolve("log");
  }

  /**
   * Makes what is missing; keeps what an earlier agent made.
   *
   * @param closed nobody but root may look; always so, except in a test
   */
  public void make(Syscalls syscalls, boolean closed) throws IOException {
    String mode = closed ? "rwx------" : "rwxr-xr-x";
    directory(root, mode);
    for (Path path : List.of(images(), uppers(), placements(), logs())) {
      directory(path, mode);
    }
    directory(live(), "rwx------");
    // Shared, so that mounts reach the private namespace; a tmpfs of its own, so that nothing of
    // the
    // host's other mounts becomes shared.
    memory(syscalls, live(), Syscalls.MS_SHARED, Syscalls.MS_NOSUID | Syscalls.MS_NODEV, "0700");
    directory(shared(), "rwx------");
    directory(shared().resolve("images"), "rwx------");
    directory(roots(), "rwx--x--x");
    for (Path path : List.of(runtimeState(), exits(), bundles())) {
      directory(path, "rwx------");
    }
    directory(scratch(), "rwx------");
    long flags = Syscalls.MS_NOSUID | Syscalls.MS_NODEV;
    memory(syscalls, scratch(), Syscalls.MS_PRIVATE, flags, "0700");
    clearScratch(syscalls);
    directory(pin(), "rwx------");
    memory(syscalls, pin(), Syscalls.MS_PRIVATE, flags, "0700");
    devices(syscalls);
  }

  /** What an agent that was killed had ready or half made; no container uses it by this path. */
  private void clearScratch(Syscalls syscalls) throws IOException {
    for (var mount : MountTable.ofThisProcess()) {
      if (mount.target().startsWith(scratch()) && !mount.target().equals(scratch())) {
        Errno.check(syscalls.unmountDetached(mount.target()), "unmount " + mount.target());
      }
    }
    try (var left = Files.newDirectoryStream(scratch())) {
      for (Path path : left) {
        Files.delete(path);
      }
    }
    try (var left = Files.newDirectoryStream(uppers())) {
      for (Path path : left) {
        Files.delete(path);
      }
    }
  }

  private void devices(Syscalls syscalls) throws IOException {
    if (MountTable.isMounted(devices())) {
      if (Files.exists(devices().resolve("ptmx"), LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      syscalls.unmountDetached(devices()); // half made by an agent that was killed
    }
    directory(devices(), "rwxr-xr-x");
    long flags = Syscalls.MS_NOSUID | Syscalls.MS_NOEXEC;
    memory(syscalls, devices(), Syscalls.MS_SHARED, flags, "0755");
    for (var node :
        List.of(
            new Node("null", 1, 3),
            new Node("zero", 1, 5),
            new Node("full", 1, 7),
            new Node("random", 1, 8),
            new Node("urandom", 1, 9),
            new Node("tty", 5, 0))) {
      Path path = devices().resolve(node.name());
      Errno.check(
          syscalls.makeCharacterDevice(path, 0666, node.major(), node.minor()), "make " + path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    }
    for (String name : List.of("pts", "shm", "mqueue")) {
      directory(devices().resolve(name), "rwxr-xr-x");
    }
    Files.createSymbolicLink(devices().resolve("ptmx"), Path.of("pts/ptmx"));
    // Some runtimes give a container the ownership of its standard input: not of these.
    Errno.check(
        syscalls.mount("", devices(), "", flags | Syscalls.MS_REMOUNT | Syscalls.MS_RDONLY, ""),
        "make the device nodes unchangeable");
  }

  private static void memory(
      Syscalls syscalls, Path target, long propagation, long flags, String mode)
      throws IOException {
    if (MountTable.isMounted(target)) {
      return;
    }
    Errno.check(
        syscalls.mount(SOURCE, target, "tmpfs", flags, "mode=" + mode + ",size=256m"),
        "mount memory at " + target);
    Errno.check(
        syscalls.mount("", target, "", propagation, ""), "set the propagation of " + target);
  }

  /** A device that every container has. */
  private record Node(String name, int major, int minor) {}

  /** Makes a directory with exactly this mode. */
  public static void directory(Path path, String mode) throws IOException {
    Files.createDirectories(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}

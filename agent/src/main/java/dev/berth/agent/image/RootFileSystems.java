package dev.berth.agent.image;

import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Joins base, slug and a private upper layer into the root file system of one incarnation.
 *
 * <p>Every part is nosuid and nodev; base and slug appear idmapped into the instance's own range;
 * the overlay follows no redirects and no metacopy, so that a slug can't reach other files of the
 * base. Only the overlay stays visible: it holds the other mounts, and all go with it. Thread-safe.
 */
public final class RootFileSystems implements AutoCloseable {
  private static final long CLOSED =
      Syscalls.MOUNT_ATTR_RDONLY | Syscalls.MOUNT_ATTR_NOSUID | Syscalls.MOUNT_ATTR_NODEV;

  private static final String PLAIN = "redirect_dir=nofollow,metacopy=off,index=off,volatile";

  /** What the root file system of one incarnation is made of. */
  public record Parts(
      String container, Path base, Path slug, IdRange range, int diskMib, List<EtcFile> files) {}

  /** What an agent always insists on; tests leave one out. */
  public record Strictness(
      boolean plainOverlay, boolean imageShapes, boolean nosuid, boolean nodev) {
    long mountFlags() {
      return (nosuid ? Syscalls.MS_NOSUID : 0) | (nodev ? Syscalls.MS_NODEV : 0);
    }
  }

  /** A small file below /etc that belongs to this instance, such as hosts. */
  public record EtcFile(String name, String text) {}

  private final StateLayout layout;
  private final Syscalls syscalls;
  private final UpperLayers uppers;
  private final IdMaps maps;
  private final String overlay;
  private final Strictness strictness;
  private final AtomicLong serial = new AtomicLong();

  public RootFileSystems(
      StateLayout layout,
      Syscalls syscalls,
      Programs programs,
      UpperLayers uppers,
      Strictness strictness) {
    this.strictness = strictness;
    this.overlay =
        strictness.plainOverlay() ? PLAIN : "redirect_dir=on,metacopy=on,index=off,volatile";
    this.layout = layout;
    this.syscalls = syscalls;
    this.uppers = uppers;
    this.maps = new IdMaps(syscalls, programs);
  }

  /**
   * Mounts it and returns the device of its upper layer, such as {@code 7:3}; after a failure
   * nothing of it is left.
   */
  public String assemble(Parts parts) throws IOException {
    if (strictness.imageShapes()) {
      ImageShape.check(parts.base(), parts.slug());
    }
    String name = "parts-" + serial.incrementAndGet();
    Path base = layout.scratch().resolve(name + "-base");
    Path slug = layout.scratch().resolve(name + "-slug");
    Path root = layout.rootMount(parts.container());
    Path upper = uppers.take(parts.diskMib());
    String device = LoopDevices.device(upper);
    try {
      var ids = maps.of(parts.range());
      attach(parts.base(), base, ids.straight());
      attach(parts.slug(), slug, rootOwns(parts.slug()) ? ids.rootBecomesApp() : ids.straight());
      furnish(upper, parts);
      StateLayout.directory(root, "rwx--x--x");
      String options =
          ("lowerdir=%s:%s,upperdir=%s,workdir=%s," + overlay)
              .formatted(slug, base, upper.resolve("files"), upper.resolve("work"));
      Errno.check(
          syscalls.mount("overlay", root, "overlay", strictness.mountFlags(), options),
          "join base, slug and upper layer");
      return device;
    } catch (IOException e) {
      takeDown(parts.container());
      throw e;
    } finally {
      detach(base);
      detach(slug);
      detach(upper);
    }
  }

  /** Unmounts and removes; does nothing when there is none. */
  public void takeDown(String container) throws IOException {
    detach(layout.rootMount(container));
  }

  /** Makes ready what a range needs, off the start path. */
  public void warm(IdRange range) throws IOException {
    maps.of(range);
  }

  /** After the last instance of a range is gone. */
  public void forget(IdRange range) {
    maps.forget(range);
  }

  private static boolean rootOwns(Path slug) throws IOException {
    Path app = slug.resolve("app");
    if (!Files.isDirectory(app, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("the slug has no directory 'app' at its top");
    }
    return (Integer) Files.getAttribute(app, "unix:uid") == 0;
  }

  private void attach(Path image, Path target, int userNamespace) throws IOException {
    Files.createDirectory(target);
    int mount = Errno.check(syscalls.cloneMount(image), "copy the mount of an image");
    try {
      Errno.check(
          syscalls.setMountAttributes(mount, CLOSED | Syscalls.MOUNT_ATTR_IDMAP, userNamespace),
          "map the ids of an image (squashfs can be mapped from Linux 6.2 on)");
      Errno.check(syscalls.attachMount(mount, target), "attach an image");
    } finally {
      syscalls.close(mount);
    }
  }

  /** The directories an app may write to; all others are the base's, and the root is read-only. */
  private void furnish(Path upper, Parts parts) throws IOException {
    IdRange range = parts.range();
    long root = range.host(0);
    long app = range.host(IdRange.APP_USER);
    Path files = owned(upper.resolve("files"), "rwxr-xr-x", root);
    owned(upper.resolve("work"), "rwx------", root);
    owned(files.resolve("app"), "rwxr-xr-x", app);
    owned(files.resolve("tmp"), "rwxrwxrwx", root);
    owned(files.resolve("var"), "rwxr-xr-x", root);
    owned(files.resolve("var/tmp"), "rwxrwxrwx", root);
    owned(files.resolve("run"), "rwxr-xr-x", app);
    Path etc = owned(files.resolve("etc"), "rwxr-xr-x", root);
    for (EtcFile file : parts.files()) {
      Path path = etc.resolve(file.name());
      Files.writeString(path, file.text());
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
      Errno.check(syscalls.changeOwner(path, root, root), "own /etc/" + file.name());
    }
  }

  private Path owned(Path path, String mode, long owner) throws IOException {
    Files.createDirectory(path);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    Errno.check(syscalls.changeOwner(path, owner, owner), "own " + path.getFileName());
    return path;
  }

  private void detach(Path mount) throws IOException {
    int result = syscalls.unmountDetached(mount);
    if (result != 0 && result != -Errno.EINVAL && result != -Errno.ENOENT) {
      Errno.check(result, "unmount " + mount);
    }
    Files.deleteIfExists(mount);
  }

  @Override
  public void close() {
    maps.close();
    uppers.close();
  }
}

package dev.berth.agent.runtime;

import dev.berth.agent.image.StateLayout;
import dev.berth.agent.linux.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compares the mounts of a started container with those it should have, one for one.
 *
 * <p>A mount is known by the kernel's own words for its file system, not by its path. Immutable.
 */
final class MountReading {
  private static final Path CGROUPS = Path.of("/sys/fs/cgroup");
  private static final Path ROOT = Path.of("/");
  private static final long NULL_DEVICE = 1 << 8 | 3;

  private final Map<Path, MountTable.Mount> there = new LinkedHashMap<>();
  private final Path root;
  private final List<String> found;

  private MountReading(Path root, List<String> found) {
    this.root = root;
    this.found = found;
  }

  /** Adds to {@code found} what differs. */
  static void compare(ProcessView process, List<String> found) throws IOException {
    Path directory = process.directory();
    var reading = new MountReading(directory.resolve("root"), found);
    for (var mount : MountTable.read(directory.resolve("mountinfo"))) {
      if (reading.there.put(mount.target(), mount) != null) {
        found.add("something is mounted twice at " + mount.target());
      }
    }
    reading.compare();
  }

  private void compare() throws IOException {
    expect("/", "overlay", List.of("ro", "nosuid", "nodev"));
    for (var mount : ContainerMounts.ofKernel()) {
      if (!mount.target().equals(CGROUPS.toString())) {
        expect(mount.target(), mount.type(), mount.flags());
      }
    }
    for (var mount : ContainerMounts.writable(ROOT)) {
      expect(mount.target(), "overlay", mount.flags());
    }
    for (var mount : ContainerMounts.masks()) {
      expect(mount.target(), "tmpfs", mount.flags());
    }
    for (String device : ContainerMounts.DEVICES) {
      own("/dev/" + device);
      expect("/dev/" + device, "tmpfs", List.of("nosuid", "noexec"));
    }
    for (String file : ContainerMounts.maskedFiles()) {
      expect(file, "tmpfs", List.of("nosuid", "noexec"));
      nullDevice(file);
    }
    for (var mount : there.values()) {
      if (mount.target().startsWith(CGROUPS)) {
        cgroup(mount);
      } else {
        found.add("something unexpected is mounted at " + mount.target());
      }
    }
  }

  /** Not the host's, nor one that an image brought. */
  private void own(String device) {
    MountTable.Mount mount = there.get(Path.of(device));
    if (mount != null && !mount.source().equals(StateLayout.SOURCE)) {
      found.add(device + " is not a device of the agent's making");
    }
  }

  private void expect(String target, String type, List<String> flags) {
    MountTable.Mount mount = there.remove(Path.of(target));
    if (mount == null) {
      found.add("nothing is mounted at " + target);
      return;
    }
    if (!mount.type().equals(type)) {
      found.add(target + " is a " + mount.type() + ", not a " + type);
    }
    if (type.equals("proc") || type.equals("sysfs")) {
      whole(mount);
    }
    if (type.equals("overlay") && !mount.superOptions().contains("redirect_dir=nofollow")) {
      found.add(target + " may follow redirects of its layers");
    }
    if (type.equals("overlay") && mount.superOptions().contains("metacopy=on")) {
      found.add(target + " may take data from elsewhere in its layers");
    }
    flags(mount, flags);
  }

  private void flags(MountTable.Mount mount, List<String> flags) {
    var missing = new ArrayList<>(flags);
    missing.removeAll(mount.options());
    if (!missing.isEmpty()) {
      found.add("the mount " + mount.target() + " is not " + String.join(",", missing));
    }
  }

  private void whole(MountTable.Mount mount) {
    if (!mount.root().equals(ROOT)) {
      found.add(mount.target() + " is only a part of it: " + mount.root());
    }
  }

  /** One unified hierarchy, or a small directory of the older ones, each read-only. */
  private void cgroup(MountTable.Mount mount) {
    boolean directory = mount.target().equals(CGROUPS) && mount.type().equals("tmpfs");
    if (!directory && !mount.type().equals("cgroup") && !mount.type().equals("cgroup2")) {
      found.add(mount.target() + " is a " + mount.type());
    }
    List<String> closed = List.of("nosuid", "nodev", "noexec");
    flags(mount, directory ? closed : List.of("nosuid", "nodev", "noexec", "ro"));
  }

  /** Not whatever an image had at /dev/null: our own node. */
  private void nullDevice(String target) throws IOException {
    Path file = root.resolve(target.substring(1));
    if ((Long) Files.getAttribute(file, "unix:rdev") != NULL_DEVICE) {
      found.add(target + " is not covered with the null device");
    }
  }
}

package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.V1Hierarchies;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.MountTable;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The mount namespace in which conmon and the OCI runtime work.
 *
 * <p>There /dev holds only our own device nodes, so that no runtime can give a container an inode
 * of the host's; and on hosts with cgroup v1 only v1 hierarchies are to be seen, because crun
 * refuses the mixture. The host's own mounts are never touched. Pinned by a file, so it outlives
 * the agent.
 */
final class PrivateNamespace {
  private static final String MOUNT = "/usr/bin/mount";
  private static final String ROOT = "/sys/fs/cgroup";
  private final Path file;
  private final Syscalls syscalls;
  private final Programs programs;
  private final boolean ownDevices;

  /** With {@code ownDevices} unset, for a test, one device in there is the host's. */
  PrivateNamespace(StateLayout layout, Syscalls syscalls, Programs programs, boolean ownDevices) {
    this.ownDevices = ownDevices;
    this.syscalls = syscalls;
    this.file = layout.pin().resolve("mnt");
    this.programs = programs;
  }

  /**
   * Makes it, or finds the one an earlier agent made; one that is not whole is made anew. No
   * runtime is called in a namespace that shows the host's /dev.
   */
  void open(StateLayout layout, List<V1Hierarchies.Hierarchy> hierarchies) throws IOException {
    if (MountTable.isMounted(file)) {
      if (ownDevices && isWhole()) {
        return;
      }
      Errno.check(syscalls.unmountDetached(file), "give up a half-made mount namespace");
    }
    Files.deleteIfExists(file);
    Files.createFile(file);
    programs.need(
        List.of("/usr/bin/unshare", "--mount=" + file, "--propagation", "slave", "/usr/bin/true"));
    if (!ownDevices) {
      inside(MOUNT, "--bind", "/dev/full", layout.devices().resolve("full").toString());
    }
    inside(MOUNT, "--rbind", layout.devices().toString(), "/dev");
    forgetCopies(layout);
    if (!hierarchies.isEmpty()) {
      String closed = "nosuid,nodev,noexec";
      inside(MOUNT, "-t", "tmpfs", "-o", closed + ",mode=755", StateLayout.SOURCE, ROOT);
      for (var hierarchy : hierarchies) {
        String target = ROOT + "/" + hierarchy.name();
        inside("/usr/bin/mkdir", target);
        inside(MOUNT, "-t", "cgroup", "-o", closed + "," + hierarchy.options(), "cgroup", target);
      }
    }
    // A path that the instance's own root may walk, however closed the state directory is. The last
    // step: where it stands, all the others do.
    String window = StateLayout.WINDOW.toString();
    inside(MOUNT, "-t", "tmpfs", "-o", "nosuid,nodev,mode=755", StateLayout.SOURCE, "/mnt");
    inside("/usr/bin/mkdir", window);
    inside(MOUNT, "--rbind", layout.roots().toString(), window);
    if (ownDevices && !isWhole()) {
      throw new IOException("the runtime's mount namespace does not show what was mounted in it");
    }
  }

  private boolean isWhole() throws IOException {
    var mounts = MountTable.parse(inside("/usr/bin/cat", "/proc/self/mountinfo").lines().toList());
    var devices = mounts.stream().filter(m -> m.target().equals(Path.of("/dev"))).toList();
    if (devices.isEmpty()) {
      return false;
    }
    var above = mounts.subList(mounts.lastIndexOf(devices.getLast()) + 1, mounts.size());
    return devices.getLast().source().equals(StateLayout.SOURCE)
        && devices.getLast().options().contains("ro")
        && above.stream().noneMatch(m -> m.target().startsWith("/dev"))
        && mounts.stream().anyMatch(m -> m.target().equals(StateLayout.WINDOW));
  }

  /** Copies in here of what the runtime does not need would outlive their owners. */
  private void forgetCopies(StateLayout layout) throws IOException {
    inside("/usr/bin/umount", "--lazy", layout.scratch().toString());
    for (var mount : MountTable.ofThisProcess()) {
      if (mount.source().equals(StateLayout.SOURCE)
          && mount.target().endsWith("live")
          && !mount.target().equals(layout.live())) {
        // It may be gone by now: its node may just be swept.
        programs.run(enter(List.of("/usr/bin/umount", "--lazy", mount.target().toString())), "");
      }
    }
  }

  private String inside(String... command) throws IOException {
    return programs.need(enter(List.of(command)));
  }

  /** The command that runs a command in there. */
  List<String> enter(List<String> command) {
    List<String> words = new ArrayList<>(List.of("/usr/bin/nsenter", "--mount=" + file));
    words.addAll(command);
    return words;
  }
}

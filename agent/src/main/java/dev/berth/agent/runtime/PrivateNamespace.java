package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.V1Hierarchies;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.linux.MountTable;
import dev.berth.agent.linux.Programs;
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
  private static final String UMOUNT = "/usr/bin/umount";
  private static final String ROOT = "/sys/fs/cgroup";
  private final Path file;

  /** Stands beside the namespace once all is mounted in it: an agent may be killed half way. */
  private final Path finished;

  private final Programs programs;

  PrivateNamespace(StateLayout layout, Programs programs) {
    this.file = layout.pin().resolve("mnt");
    this.finished = layout.pin().resolve("mnt-finished");
    this.programs = programs;
  }

  /** Makes it, or finds the one an earlier agent made. */
  void open(StateLayout layout, List<V1Hierarchies.Hierarchy> hierarchies) throws IOException {
    if (MountTable.isMounted(file)) {
      if (Files.exists(finished)) {
        return;
      }
      programs.need(List.of(UMOUNT, file.toString()));
    }
    Files.deleteIfExists(finished);
    Files.deleteIfExists(file);
    Files.createFile(file);
    programs.need(
        List.of("/usr/bin/unshare", "--mount=" + file, "--propagation", "slave", "/usr/bin/true"));
    forgetOtherNodes(layout);
    if (!hierarchies.isEmpty()) {
      String closed = "nosuid,nodev,noexec";
      inside(MOUNT, "-t", "tmpfs", "-o", closed + ",mode=755", StateLayout.SOURCE, ROOT);
      for (var hierarchy : hierarchies) {
        String target = ROOT + "/" + hierarchy.name();
        inside("/usr/bin/mkdir", target);
        inside(MOUNT, "-t", "cgroup", "-o", closed + "," + hierarchy.options(), "cgroup", target);
      }
    }
    // A path that the instance's own root may walk, however closed the state directory is.
    Path window = StateLayout.WINDOW;
    inside(MOUNT, "-t", "tmpfs", "-o", "nosuid,nodev,mode=755", StateLayout.SOURCE, "/mnt");
    inside("/usr/bin/mkdir", window.toString());
    inside(MOUNT, "--rbind", layout.roots().toString(), window.toString());
    inside(MOUNT, "--rbind", layout.devices().toString(), "/dev");
    Files.createFile(finished);
  }

  /** Copies of other nodes' mounts in here would keep those alive after their sweep. */
  private void forgetOtherNodes(StateLayout layout) throws IOException {
    for (var mount : nodesInside()) {
      if (mount.source().equals(StateLayout.SOURCE)
          && mount.target().endsWith("live")
          && !mount.target().equals(layout.live())) {
        forget(mount.target());
      }
    }
  }

  private void forget(Path target) throws IOException {
    try {
      inside(UMOUNT, "--lazy", target.toString());
    } catch (IOException refused) {
      // Its own node may be swept at this moment, which removes it here as well.
      if (nodesInside().stream().anyMatch(mount -> mount.target().equals(target))) {
        throw refused;
      }
    }
  }

  /** Only the lines wanted are fetched: a busy host has thousands. Our own is always there. */
  private List<MountTable.Mount> nodesInside() throws IOException {
    List<String> search =
        List.of("/usr/bin/grep", "--fixed-strings", "/live ", "/proc/self/mountinfo");
    return MountTable.parse(programs.need(enter(search)).lines().toList());
  }

  private void inside(String... command) throws IOException {
    programs.need(enter(List.of(command)));
  }

  /** The command that runs a command in there. */
  List<String> enter(List<String> command) {
    List<String> words = new ArrayList<>(List.of("/usr/bin/nsenter", "--mount=" + file));
    words.addAll(command);
    return words;
  }
}

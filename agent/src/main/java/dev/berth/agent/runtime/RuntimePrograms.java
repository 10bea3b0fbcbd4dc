package dev.berth.agent.runtime;

import dev.berth.agent.image.StateLayout;
import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.MountTable;
import dev.berth.agent.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The agent's own copies of the programs that touch containers, in memory that nobody can write.
 *
 * <p>A container that gets hold of the running program's file finds a file system that is read-only
 * as a whole. Copies of an older version are replaced; processes that run them keep theirs.
 */
final class RuntimePrograms {
  private static final int BUSY_TURNS = 400;

  private final StateLayout layout;
  private final Syscalls syscalls;
  private final boolean copying;

  RuntimePrograms(StateLayout layout, Syscalls syscalls, boolean copying) {
    this.layout = layout;
    this.syscalls = syscalls;
    this.copying = copying;
  }

  /** Where to call these programs, in the same order. */
  List<Path> of(List<Path> programs) throws IOException {
    if (!copying) {
      return programs;
    }
    Path directory = layout.programs();
    List<Path> copies =
        programs.stream().map(program -> directory.resolve(program.getFileName())).toList();
    if (!MountTable.isMounted(directory) || !areSame(programs, copies)) {
      make(directory, programs, copies);
    }
    return copies;
  }

  private static boolean areSame(List<Path> programs, List<Path> copies) throws IOException {
    for (int i = 0; i < programs.size(); i++) {
      if (!Files.exists(copies.get(i)) || Files.mismatch(programs.get(i), copies.get(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  private void make(Path directory, List<Path> programs, List<Path> copies) throws IOException {
    while (MountTable.isMounted(directory)) {
      Errno.check(syscalls.unmountDetached(directory), "give up older copies of the runtime");
    }
    StateLayout.directory(directory, "rwx------");
    long flags = Syscalls.MS_NOSUID | Syscalls.MS_NODEV;
    Errno.check(
        syscalls.mount(StateLayout.SOURCE, directory, "tmpfs", flags, "mode=0700,size=256m"),
        "mount memory for the runtime");
    for (int i = 0; i < programs.size(); i++) {
      Files.copy(programs.get(i).toRealPath(), copies.get(i));
      Files.setPosixFilePermissions(copies.get(i), PosixFilePermissions.fromString("r-x------"));
    }
    close(directory, flags | Syscalls.MS_REMOUNT | Syscalls.MS_RDONLY);
  }

  /**
   * Busy while a child that another thread is just starting has what we wrote open: it inherits all
   * descriptors, and closes them before its program begins.
   */
  private void close(Path directory, long flags) throws IOException {
    int result = syscalls.mount("", directory, "", flags, "");
    for (int turn = 1; turn < BUSY_TURNS && result == -Errno.EBUSY; turn++) {
      LockSupport.parkNanos(5_000_000);
      result = syscalls.mount("", directory, "", flags, "");
    }
    Errno.check(result, "make the copies of the runtime unchangeable");
  }
}

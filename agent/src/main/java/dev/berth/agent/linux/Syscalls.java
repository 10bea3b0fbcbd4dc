package dev.berth.agent.linux;

import java.nio.file.Path;

/**
 * System calls, as thin as can be.
 *
 * <p>Each returns what the kernel returns: zero or a value, or a negative errno, which the caller
 * who knows the path turns into words. File descriptors are always opened close-on-exec.
 * Thread-safe.
 */
public interface Syscalls {
  int O_RDONLY = 0;
  int O_RDWR = 2;
  int O_DIRECTORY = 0x10000;

  int LOOP_READ_ONLY = 1;

  /** Past the page cache of the file below, where its file system can do that. */
  int LOOP_DIRECT_IO = 16;

  long MS_RDONLY = 1;
  long MS_NOSUID = 2;
  long MS_NODEV = 4;
  long MS_NOEXEC = 8;
  long MS_REMOUNT = 0x20;
  long MS_BIND = 0x1000;
  long MS_PRIVATE = 1L << 18;
  long MS_SHARED = 1L << 20;

  long MOUNT_ATTR_RDONLY = 1;
  long MOUNT_ATTR_NOSUID = 2;
  long MOUNT_ATTR_NODEV = 4;
  long MOUNT_ATTR_IDMAP = 0x100000;

  int open(Path path, int flags);

  int close(int descriptor);

  /** Reads at most as many bytes as there is room; returns how many. */
  int read(int descriptor, byte[] into);

  /** {@code type} and {@code options} may be empty. */
  int mount(String source, Path target, String type, long flags, String options);

  /** Detaches at once; what still uses it keeps it until done. */
  int unmountDetached(Path target);

  /** A detached copy of the mount at this path (not of those below it). */
  int cloneMount(Path path);

  /** Sets attributes on a detached mount; {@code userNamespace} matters with MOUNT_ATTR_IDMAP. */
  int setMountAttributes(int mount, long attributes, int userNamespace);

  int attachMount(int mount, Path target);

  /** The number of a free loop device, which may be taken by another at once. */
  int freeLoop(int control);

  /** Binds a file to a loop device that clears itself with its last user; 0 is a plain use. */
  int configureLoop(int loop, int file, int use);

  /** Gives a part of a file back to the disk; it reads as zeros then, and keeps its length. */
  int punch(Path file, long from, long length);

  int makeCharacterDevice(Path path, int mode, int major, int minor);

  /** Does not follow a link. */
  int changeOwner(Path path, long user, long group);

  int openProcess(long pid);

  int signal(int process, int signal);
}

package dev.berth.agent.image;

import dev.berth.agent.linux.Errno;
import dev.berth.agent.linux.Syscalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Mounts file-system images through loop devices that clear themselves.
 *
 * <p>What is written through them goes to the disk past the page cache of the image file: its pages
 * would be held twice, copied and written out by threads of the kernel that no instance pays for,
 * and on cgroup v2 charged to the instance by a thread that may not wait for memory, so that the
 * kernel would kill it where all that is needed is to wait for the disk.
 *
 * <p>Leaves no loop device behind when a mount fails. Thread-safe.
 */
public final class LoopDevices {
  private static final int TRIES = 200;
  private final Syscalls syscalls;

  LoopDevices(Syscalls syscalls) {
    this.syscalls = syscalls;
  }

  /** The device of the file system that a path lies on, such as {@code 7:3}. */
  public static String device(Path path) throws IOException {
    long number = ((Number) Files.getAttribute(path, "unix:dev")).longValue();
    long major = (number >> 8 & 0xfff) | (number >> 32 & ~0xfffL);
    long minor = (number & 0xff) | (number >> 12 & 0xfffff00L);
    return major + ":" + minor;
  }

  /** Mounts the image behind an open descriptor; the descriptor stays the caller's. */
  void mount(int file, Path target, String type, long flags, String options) throws IOException {
    int control =
        Errno.check(
            syscalls.open(Path.of("/dev/loop-control"), Syscalls.O_RDWR),
            "open /dev/loop-control; is the loop driver loaded?");
    try {
      int use =
          (flags & Syscalls.MS_RDONLY) != 0 ? Syscalls.LOOP_READ_ONLY : Syscalls.LOOP_DIRECT_IO;
      for (int attempt = 0; attempt < TRIES; attempt++) {
        int number = Errno.check(syscalls.freeLoop(control), "find a free loop device");
        Path device = Path.of("/dev/loop" + number);
        int loop = Errno.check(syscalls.open(device, Syscalls.O_RDWR), "open " + device);
        try {
          int result = syscalls.configureLoop(loop, file, use);
          if (result == -Errno.EBUSY) {
            continue; // somebody else on this host took it between the two calls
          }
          Errno.check(result, "bind an image to " + device);
          Errno.check(
              syscalls.mount(device.toString(), target, type, flags, options),
              "mount a " + type + " image at " + target);
          return;
        } finally {
          syscalls.close(loop); // clears the device unless the mount now holds it
        }
      }
      throw new IOException("no loop device stayed free in " + TRIES + " tries");
    } finally {
      syscalls.close(control);
    }
  }
}

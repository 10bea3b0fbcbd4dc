package dev.berth.agent.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The real system calls of Linux on x86-64, through the C library's {@code syscall}.
 *
 * <p>Thread-safe. A call that may block for long is made on a platform thread by its caller.
 */
@SuppressWarnings("restricted") // foreign calls are this class's duty
public final class NativeSyscalls implements Syscalls {
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_NOFOLLOW = 0x20000;
  private static final int UMOUNT_DETACH_NOFOLLOW = 2 | 8;
  private static final long LOOP_CTL_GET_FREE = 0x4C82;
  private static final long LOOP_CONFIGURE = 0x4C0A;
  private static final int LOOP_AUTOCLEAR = 4;
  private static final int LOOP_CONFIG_BYTES = 304;
  private static final int LOOP_FLAGS_AT = 60;

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle SYSCALL = handle();

  private static MethodHandle handle() {
    var linker = Linker.nativeLinker();
    var along = ValueLayout.JAVA_LONG;
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(along, along, along, along, along, along, along, along),
        Linker.Option.firstVariadicArg(1),
        Linker.Option.captureCallState("errno"));
  }

  /** The one call all others go through; the arguments are numbers or addresses. */
  static long call(Arena arena, long number, long... arguments) {
    MemorySegment state = arena.allocate(STATE);
    long[] six = java.util.Arrays.copyOf(arguments, 6);
    try {
      long result =
          (long) SYSCALL.invokeExact(state, number, six[0], six[1], six[2], six[3], six[4], six[5]);
      return result == -1 ? -(long) (int) ERRNO.get(state, 0L) : result;
    } catch (Throwable e) {
      throw new AssertionError("syscall " + number + " could not be made", e);
    }
  }

  static long address(Arena arena, String text) {
    return arena.allocateFrom(text).address();
  }

  private static long address(Arena arena, Path path) {
    return address(arena, path.toString());
  }

  @Override
  public int open(Path path, int flags) {
    try (var arena = Arena.ofConfined()) {
      return (int) call(arena, 257, AT_FDCWD, address(arena, path), flags | O_CLOEXEC, 0);
    }
  }

  @Override
  public int close(int descriptor) {
    try (var arena = Arena.ofConfined()) {
      return (int) call(arena, 3, descriptor);
    }
  }

  @Override
  public int read(int descriptor, byte[] into) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(into.length);
      int count = (int) call(arena, 0, descriptor, buffer.address(), into.length);
      MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, into, 0, Math.max(count, 0));
      return count;
    }
  }

  @Override
  public int mount(String source, Path target, String type, long flags, String options) {
    try (var arena = Arena.ofConfined()) {
      return (int)
          call(
              arena,
              165,
              address(arena, source),
              address(arena, target),
              type.isEmpty() ? 0 : address(arena, type),
              flags,
              options.isEmpty() ? 0 : address(arena, options));
    }
  }

  @Override
  public int unmountDetached(Path target) {
    try (var arena = Arena.ofConfined()) {
      return (int) call(arena, 166, address(arena, target), UMOUNT_DETACH_NOFOLLOW);
    }
  }

  @Override
  public int cloneMount(Path path) {
    int clone = 1;
    try (var arena = Arena.ofConfined()) {
      return (int) call(arena, 428, AT_FDCWD, address(arena, path), clone | O_CLOEXEC);
    }
  }

  @Override
  public int setMountAttributes(int mount, long attributes, int userNamespace) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment wanted = arena.allocate(32, 8);
      wanted.set(ValueLayout.JAVA_LONG, 0, attributes);
      wanted.set(ValueLayout.JAVA_LONG, 24, Math.max(userNamespace, 0));
      long empty = address(arena, "");
      return (int) call(arena, 442, mount, empty, AT_EMPTY_PATH, wanted.address(), 32);
    }
  }

  @Override
  public int attachMount(int mount, Path target) {
    int fromEmptyPath = 4;
    try (var arena = Arena.ofConfined()) {
      long to = address(arena, target);
      return (int) call(arena, 429, mount, address(arena, ""), AT_FDCWD, to, fromEmptyPath);
    }
  }

  @Override
  public int freeLoop(int control) {
    try (var arena = Arena.ofConfined()) {
      return (int) call(arena, 16, control, LOOP_CTL_GET_FREE);
    }
  }

  @Override
  public int configureLoop(int loop, int file, int use) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment config = arena.allocate(LOOP_CONFIG_BYTES, 8);
      config.set(ValueLayout.JAVA_INT, 0, file);
      config.set(ValueLayout.JAVA_INT, LOOP_FLAGS_AT, LOOP_AUTOCLEAR | use);
      return (int) call(arena, 16, loop, LOOP_CONFIGURE, config.address());
    }
  }

  @Override
  public int punch(Path file, long from, long length) {
    int punchHoleKeepSize = 3;
    int descriptor = open(file, O_RDWR | O_NOFOLLOW);
    if (descriptor < 0) {
      return descriptor;
    }
    try (var arena = Arena.ofConfined()) {
      return (int) call(arena, 285, descriptor, punchHoleKeepSize, from, length);
    } finally {
      close(descriptor);
    }
  }

  @Override
  public int makeCharacterDevice(Path path, int mode, int major, int minor) {
    int characterDevice = 0x2000;
    try (var arena = Arena.ofConfined()) {
      int device = (major << 8) | minor;
      return (int) call(arena, 133, address(arena, path), characterDevice | mode, device);
    }
  }

  @Override
  public int changeOwner(Path path, long user, long group) {
    try (var arena = Arena.ofConfined()) {
      long at = address(arena, path);
      return (int) call(arena, 260, AT_FDCWD, at, user, group, AT_SYMLINK_NOFOLLOW);
    }
  }

  @Override
  public int openProcess(long pid) {
    try (var arena = Arena.ofConfined()) {
      return (int) call(arena, 434, pid, 0);
    }
  }

  @Override
  public int signal(int process, int signal) {
    try (var arena = Arena.ofConfined()) {
      return (int) call(arena, 424, process, signal, 0, 0);
    }
  }
}

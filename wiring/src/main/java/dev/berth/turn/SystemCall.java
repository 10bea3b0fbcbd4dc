package dev.berth.turn;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A system call by its number, see syscall(2). Thread-safe. */
@SuppressWarnings("restricted") // foreign calls are this class's duty
final class SystemCall {
  /** Numbers are those of x86-64 or, where this is set, of 64-bit ARM. */
  static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");

  private static final MethodHandle SYSCALL = handle();

  private SystemCall() {}

  private static MethodHandle handle() {
    var linker = Linker.nativeLinker();
    var along = ValueLayout.JAVA_LONG;
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(along, along, along, along, along, along),
        Linker.Option.firstVariadicArg(1));
  }

  /** What the kernel returns, or -1 when it refuses. */
  static long of(long number, long a, long b, long c, long d) {
    try {
      return (long) SYSCALL.invokeExact(number, a, b, c, d);
    } catch (Throwable e) {
      throw new AssertionError("syscall " + number + " could not be made", e);
    }
  }
}

package dev.berth.turn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The length of a thread's turn on a cpu: the scheduler's slice.
 *
 * <p>It gives nobody more cpu time. One whose turns are short waits less for those whose turns are
 * long, and keeps others of its kind waiting less. A thread's children begin with its turn, through
 * exec too. Kernels before 6.12 have one turn for all and ignore this. Thread-safe.
 */
public final class CpuTurn {
  /** The kernel takes no shorter one, so nobody can have a shorter one. */
  public static final long SHORTEST_NANOS = 100_000;

  private static final long SET = SystemCall.ARM ? 274 : 314;
  private static final long GET = SystemCall.ARM ? 275 : 315;
  private static final int BYTES = 48;
  private static final int POLICY_AT = 4;
  private static final int FLAGS_AT = 8;
  private static final int RUNTIME_AT = 24;
  private static final int NORMAL = 0;

  private CpuTurn() {}

  /** The calling thread's turn becomes the shortest; says whether the kernel took it. */
  public static boolean shortenOwn() {
    return shorten(0);
  }

  /**
   * Policy and niceness stay; says whether the kernel took it. A thread of no normal policy has no
   * turn.
   */
  public static boolean shorten(long thread) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(BYTES, 8);
      if (read(thread, attributes) != 0
          || attributes.get(ValueLayout.JAVA_INT, POLICY_AT) != NORMAL) {
        return false;
      }
      attributes.set(ValueLayout.JAVA_LONG, FLAGS_AT, 0);
      attributes.set(ValueLayout.JAVA_LONG, RUNTIME_AT, SHORTEST_NANOS);
      return SystemCall.of(SET, thread, attributes.address(), 0, 0) == 0;
    }
  }

  /** 0 where the kernel does not say: before 6.12, and of a thread that is gone. */
  public static long nanos(long thread) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(BYTES, 8);
      return read(thread, attributes) == 0 ? attributes.get(ValueLayout.JAVA_LONG, RUNTIME_AT) : 0;
    }
  }

  private static long read(long thread, MemorySegment into) {
    return SystemCall.of(GET, thread, into.address(), BYTES, 0);
  }
}

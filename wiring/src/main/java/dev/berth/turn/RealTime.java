package dev.berth.turn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The calling thread before all ordinary ones, on one cpu: sched(7), SCHED_FIFO with the lowest
 * priority. Such a thread must sleep most of the time.
 *
 * <p>Ordinary threads of the same program are not concerned. Thread-safe.
 */
public final class RealTime {
  private static final long GET_ID = SystemCall.ARM ? 178 : 186;
  private static final long SET_AFFINITY = SystemCall.ARM ? 122 : 203;
  private static final long SET_SCHEDULER = SystemCall.ARM ? 119 : 144;
  private static final long GET_SCHEDULER = SystemCall.ARM ? 120 : 145;
  private static final long SLEEP = SystemCall.ARM ? 101 : 35;
  private static final int FIFO = 1;
  private static final int MOST_CPUS = 8192;
  private static final int BITS = 8;

  private RealTime() {}

  /** The kernel's number of the calling thread. */
  public static long ownThread() {
    return SystemCall.of(GET_ID, 0, 0, 0, 0);
  }

  /**
   * Says whether the kernel agreed; it does not where the thread's cgroup has no real-time share,
   * and on a cpu that is not there.
   */
  public static boolean enter(int cpu) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(MOST_CPUS / BITS, 8);
      mask.set(ValueLayout.JAVA_BYTE, cpu / BITS, (byte) (1 << cpu % BITS));
      MemorySegment priority = arena.allocate(ValueLayout.JAVA_INT);
      priority.set(ValueLayout.JAVA_INT, 0, 1);
      return SystemCall.of(SET_AFFINITY, 0, mask.byteSize(), mask.address(), 0) == 0
          && SystemCall.of(SET_SCHEDULER, 0, FIFO, priority.address(), 0) == 0;
    }
  }

  /** Whether a thread, by the kernel's number, runs before all ordinary ones. */
  public static boolean has(long thread) {
    return SystemCall.of(GET_SCHEDULER, thread, 0, 0, 0) == FIFO;
  }

  /** Sleeps in the kernel, exactly: the timers of real-time threads have no slack. */
  public static void sleep(MemorySegment timespec) {
    SystemCall.of(SLEEP, timespec.address(), 0, 0, 0);
  }

  /** For {@link #sleep}; less than a second. */
  public static MemorySegment nanos(Arena arena, long nanos) {
    MemorySegment timespec = arena.allocate(2 * ValueLayout.JAVA_LONG.byteSize(), 8);
    timespec.set(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG.byteSize(), nanos);
    return timespec;
  }
}

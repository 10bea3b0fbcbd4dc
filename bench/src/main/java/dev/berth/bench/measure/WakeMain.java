package dev.berth.bench.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Sleeps for a millisecond again and again; prints, for each line that it reads, by how many
 * nanoseconds it woke too late since the line before: the 99th percentile, and the most.
 *
 * <p>Makes no garbage while it measures. Ends with its input.
 */
public final class WakeMain {
  private static final int MOST = 1 << 17;
  private static final long PERIOD_NANOS = 1_000_000;

  private final long[] late = new long[MOST];
  private int count;

  private WakeMain() {}

  @SuppressWarnings("SystemOut") // printing figures is what this program does
  public static void main(String[] arguments) throws IOException {
    var wakes = new WakeMain();
    Thread.ofPlatform().daemon().start(wakes::run);
    try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      while (in.readLine() != null) {
        System.out.println(wakes.take());
      }
    }
  }

  private void run() {
    long due = System.nanoTime();
    while (true) {
      due = Math.max(due, System.nanoTime()) + PERIOD_NANOS; // one delay counts once
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      add(System.nanoTime() - due);
    }
  }

  private synchronized void add(long nanos) {
    if (count < MOST) {
      late[count++] = nanos;
    }
  }

  private synchronized String take() {
    Arrays.sort(late, 0, count);
    String taken = count == 0 ? "0 0" : late[count * 99 / 100] + " " + late[count - 1];
    count = 0;
    return taken;
  }
}

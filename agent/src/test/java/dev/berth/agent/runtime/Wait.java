package dev.berth.agent.runtime;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a condition, with a deadline.
 *
 * <p>Every deadline is multiplied by the system property {@code berth.test.patience} (1 if absent):
 * an emulated machine is slower, and nothing else about the tests changes there.
 */
public final class Wait {
  static final int PATIENCE = Integer.getInteger("berth.test.patience", 1);

  private Wait() {}

  public static void until(Callable<Boolean> condition) throws Exception {
    for (int turn = 0; turn < 2_000 * PATIENCE; turn++) {
      if (condition.call()) {
        return;
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    throw new AssertionError("the condition did not come true in " + 10 * PATIENCE + " s");
  }

  static boolean answers(String address, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}

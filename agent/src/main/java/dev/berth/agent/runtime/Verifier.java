package dev.berth.agent.runtime;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads back from the kernel whether a started container is what was asked for.
 *
 * <p>Trusts neither the runtime nor the bundle. Limits are read back by {@link Limiting}. A process
 * that has ended meanwhile is no difference. Thread-safe.
 */
final class Verifier {
  private static final int TURNS = 2_000;

  /** Every difference, in plain words; empty when it is as it should be. */
  List<String> differences(long pid, Bundle bundle) throws IOException {
    var process = new ProcessView(pid);
    List<String> found = new ArrayList<>();
    try {
      awaitFilter(process);
      ProcessReading.compare(process, bundle.range(), found);
      MountReading.compare(process, found);
    } catch (IOException e) {
      awaitEnd(process, e);
    }
    return process.startTicks() < 0 ? List.of() : found;
  }

  /** The filter is set just before the tenant's program is executed. */
  private static void awaitFilter(ProcessView process) {
    for (int turn = 0; turn < TURNS; turn++) {
      if (!process.status("Seccomp").equals(java.util.Optional.of("0"))) {
        return;
      }
      LockSupport.parkNanos(100_000);
    }
  }

  /** A process that is just ending has no namespaces to read any more. */
  private static void awaitEnd(ProcessView process, IOException unreadable) throws IOException {
    for (int turn = 0; turn < TURNS; turn++) {
      if (process.startTicks() < 0) {
        return;
      }
      LockSupport.parkNanos(100_000);
    }
    throw unreadable;
  }
}

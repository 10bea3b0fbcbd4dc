package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.Cgroups;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads back from the kernel whether a started container is what was asked for.
 *
 * <p>Trusts neither the runtime nor the bundle. A process that has ended meanwhile is no
 * difference. Thread-safe.
 */
record Verifier(Cgroups cgroups) {
  private static final int TURNS = 2_000;

  /** Every difference, in plain words; empty when it is as it should be. */
  List<String> differences(long pid, Bundle bundle, Bundle.Common common) throws IOException {
    var process = new ProcessView(pid);
    List<String> found = new ArrayList<>();
    try {
      awaitFilter(process);
      ProcessReading.compare(process, bundle.range(), found);
      MountReading.compare(process, found);
      limits(bundle, common, found);
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

  private void limits(Bundle bundle, Bundle.Common common, List<String> found) throws IOException {
    var set = cgroups.limits(bundle.cgroup());
    limit("memory", set.memoryBytes(), bundle.memoryBytes(), found);
    if (set.memoryAndSwapBytes() != -1) {
      limit("memory and swap", set.memoryAndSwapBytes(), bundle.memoryBytes(), found);
    }
    limit("pids", set.pids(), bundle.limits().pids(), found);
    limit("cpu millis", set.cpuMillis(), bundle.cpuMillis(common), found);
  }

  private static void limit(String what, long set, long wanted, List<String> found) {
    if (set != wanted) {
      found.add("the limit of " + what + " is " + set + ", not " + wanted);
    }
  }
}

package dev.berth.agent.runtime;

import dev.berth.agent.image.IdRange;
import dev.berth.agent.linux.MountTable;
import java.io.IOException;
import java.nio.file.Files;
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
  private static final List<String> CAPABILITIES =
      List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb");

  /** Every difference, in plain words; empty when it is as it should be. */
  List<String> differences(long pid, Bundle bundle) throws IOException {
    var process = new ProcessView(pid);
    List<String> found = new ArrayList<>();
    try {
      awaitFilter(process);
      compare(process, bundle, found);
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

  private static void compare(ProcessView process, Bundle bundle, List<String> found)
      throws IOException {
    String map = bundle.range().first() + " " + IdRange.SIZE;
    for (String file : List.of("uid_map", "gid_map")) {
      String text = Files.readString(process.directory().resolve(file)).strip();
      if (!text.replaceAll("\\s+", " ").equals("0 " + map)) {
        found.add(file + " is '" + text + "', not '0 " + map + "'");
      }
    }
    expect(process, "NoNewPrivs", "1", found);
    expect(process, "Seccomp", "2", found);
    for (String set : CAPABILITIES) {
      expect(process, set, "0000000000000000", found);
    }
    for (var mount : MountTable.read(process.directory().resolve("mountinfo"))) {
      if (!mount.options().contains("nosuid")) {
        found.add("the mount " + mount.target() + " is not nosuid");
      }
    }
  }

  private static void expect(ProcessView process, String field, String wanted, List<String> found) {
    String text = process.status(field).orElse("absent");
    if (!text.equals(wanted)) {
      found.add(field + " is " + text + ", not " + wanted);
    }
  }
}

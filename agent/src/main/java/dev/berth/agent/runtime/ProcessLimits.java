package dev.berth.agent.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one process, or all of one user, may have of the kernel beside what cgroups count; see
 * getrlimit(2). Immutable.
 *
 * @param most the agent's own hard limits by their names in /proc/self/limits; root without
 *     CAP_SYS_RESOURCE can't give a container more
 */
public record ProcessLimits(Map<String, Long> most) {
  static final long NONE = -1;
  private static final int NAME_WIDTH = 26;
  public static final long LOCKED_BYTES = 8L << 20;
  public static final long PENDING_SIGNALS = 4096;
  public static final long QUEUED_BYTES = 819_200;

  /** One limit, as the runtime calls it and as /proc does. */
  record Limit(String type, String name, long value) {}

  public ProcessLimits {
    most = Map.copyOf(most);
  }

  static ProcessLimits ofThisProcess() throws IOException {
    return new ProcessLimits(hard(Path.of("/proc/self/limits")));
  }

  /** The hard limits that a file below /proc shows; {@link #NONE} where there is none. */
  static Map<String, Long> hard(Path file) throws IOException {
    Map<String, Long> limits = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file).stream().skip(1).toList()) {
      String hard = line.substring(NAME_WIDTH).strip().split("\\s+", -1)[1];
      limits.put(
          line.substring(0, NAME_WIDTH).strip(),
          hard.equals("unlimited") ? NONE : Long.parseLong(hard));
    }
    return limits;
  }

  /** Those of an instance of this size. */
  List<Limit> of(Limits size) {
    return List.of(
        bounded("RLIMIT_NOFILE", "Max open files", size.openFiles()),
        new Limit("RLIMIT_CORE", "Max core file size", 0),
        // Above the cgroup's limit, which counts what it refuses; this one does not.
        bounded("RLIMIT_NPROC", "Max processes", 2L * size.pids()),
        bounded("RLIMIT_MEMLOCK", "Max locked memory", LOCKED_BYTES),
        bounded("RLIMIT_SIGPENDING", "Max pending signals", PENDING_SIGNALS),
        bounded("RLIMIT_MSGQUEUE", "Max msgqueue size", QUEUED_BYTES),
        new Limit("RLIMIT_NICE", "Max nice priority", 0),
        new Limit("RLIMIT_RTPRIO", "Max realtime priority", 0));
  }

  private Limit bounded(String type, String name, long wanted) {
    long own = most.getOrDefault(name, NONE);
    return new Limit(type, name, own == NONE ? wanted : Math.min(own, wanted));
  }
}

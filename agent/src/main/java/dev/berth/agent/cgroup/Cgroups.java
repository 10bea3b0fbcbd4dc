package dev.berth.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The cgroups of this host, addressed by a path below the root such as {@code
 * /berth-0a1b2c/node-1/p7-1}.
 *
 * <p>Thread-safe.
 */
public sealed interface Cgroups permits CgroupsV1, CgroupsV2 {

  /** Stands for memory and swap together where the kernel does not count swap. */
  long NOT_COUNTED = -2;

  /** Limits as the kernel has them; a value of -1 is "none". */
  record Set(long memoryBytes, long memoryAndSwapBytes, long cpuMillis, long pids) {}

  /** What was used and refused, from the kernel's counters. */
  record Counters(
      long cpuMicros,
      long throttledMicros,
      long anonymousBytes,
      long sharedBytes,
      long activeFileBytes,
      long inactiveFileBytes,
      long kernelBytes,
      long pids,
      long oomKills,
      long pidsLimitHits) {}

  Set limits(String path) throws IOException;

  /** What the agent itself sets on a cgroup that the runtime has made, in this order. */
  List<Setting> settings(String path, Extras extras);

  /**
   * Bounds what reaches a device from writes that the kernel charges to no instance, where it does
   * so; -1 takes the bound away. For devices that only one instance writes to.
   */
  List<Setting> wholeDevice(String device, long bytesPerSecond);

  /**
   * Takes the rates of disks away from a cgroup whose end has come: what it still has to write goes
   * at once, and nobody waits for it. Does nothing when there is no such cgroup.
   */
  void freeDisks(String path) throws IOException;

  /** Puts a process into a cgroup of its own, which has a cpu quota and nothing else. */
  void hold(String path, long pid, int cpuMillis) throws IOException;

  /** Counters that are missing are zero; a cgroup that is gone has none. */
  Counters counters(String path);

  /** Processes of this cgroup that were killed for want of memory, at whatever limit. */
  long oomKills(String path);

  /** Whether this cgroup, with all below it, has ever used all of its own memory limit. */
  boolean reachedMemoryLimit(String path);

  /** Whether the kernel has killed all of this cgroup together for want of memory. */
  boolean killsWholeGroup(String path);

  List<Long> processes(String path);

  /** The directories of this path, in each hierarchy. */
  List<Path> directories(String path);

  /** The hierarchies to mount in the runtime's private namespace; empty when none is needed. */
  List<V1Hierarchies.Hierarchy> privateHierarchies();

  /**
   * Where a thread is put that is to have real-time priority, by its number; empty where every
   * cgroup may have such threads.
   */
  Optional<Path> realTimeThreads();

  static Cgroups ofThisHost() throws IOException {
    var hierarchies = V1Hierarchies.ofThisHost();
    return hierarchies.has("memory") && hierarchies.has("pids")
        ? new CgroupsV1(hierarchies)
        : new CgroupsV2(Path.of("/sys/fs/cgroup"));
  }

  /** Removes a cgroup and those below it; processes must have ended. Returns what stays. */
  default List<Path> remove(String path) {
    return directories(path).stream().filter(Files::isDirectory).filter(d -> !gone(d)).toList();
  }

  private static boolean gone(Path directory) {
    try (var below = Files.newDirectoryStream(directory, Files::isDirectory)) {
      below.forEach(Cgroups::gone);
    } catch (IOException e) {
      return !Files.exists(directory);
    }
    try {
      Files.deleteIfExists(directory);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}

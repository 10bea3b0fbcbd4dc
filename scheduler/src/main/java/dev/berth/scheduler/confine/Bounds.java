package dev.berth.scheduler.confine;

/**
 * What a confined program may use.
 *
 * @param cpuSeconds of all its threads together
 * @param memoryBytes of address space
 * @param fileBytes the largest file it can write
 */
public record Bounds(int cpuSeconds, long memoryBytes, long fileBytes) {
  /** Enough for the threads of a packer; others under the same id count too. */
  static final int PROCESSES = 256;

  static final int OPEN_FILES = 64;
}

package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How much of this machine's memory instances may use. */
final class HostMemory {
  private static final Path MEMINFO = Path.of("/proc/meminfo");

  /** For the system, and for Berth's own programs. */
  private static final long RESERVE_MIB = 1024;

  private static final long LEAST_MIB = 256;

  private HostMemory() {}

  static long forInstances() {
    try {
      return forInstances(Files.readAllLines(MEMINFO));
    } catch (IOException unreadable) {
      throw CommandFailure.host(
          MEMINFO + " cannot be read: " + unreadable.getMessage(), "see that /proc is mounted");
    }
  }

  static long forInstances(List<String> lines) {
    long totalMib =
        lines.stream()
            .filter(line -> line.startsWith("MemTotal:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
            .findFirst()
            .orElse(0);
    return Math.max(LEAST_MIB, totalMib - RESERVE_MIB);
  }
}

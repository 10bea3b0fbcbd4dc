package dev.berth.agent.cgroup;

import java.util.List;

/**
 * Limits that the agent sets itself, because not every OCI runtime can.
 *
 * @param cpuWeight 1 to 10,000
 * @param burstMicros cpu time that may be saved up while idle; 0 for none
 * @param disks bytes a second of each device, reads and writes each
 * @param ioWeight 10 to 1,000; 0 where no scheduler of the disk weighs
 * @param memoryBytes the hard limit that the runtime has set; 0 for none
 */
public record Extras(
    int cpuWeight, long burstMicros, List<DiskRate> disks, int ioWeight, long memoryBytes) {

  /** The limit on one device, such as {@code 254:0}. */
  public record DiskRate(String device, long bytesPerSecond) {}

  public Extras {
    disks = List.copyOf(disks);
  }

  /** The weight in the older scale, as the runtimes convert it. */
  public static long shares(int cpuWeight) {
    return 2 + (cpuWeight - 1) * 262_142L / 9_999;
  }
}

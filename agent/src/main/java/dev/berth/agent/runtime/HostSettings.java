package dev.berth.agent.runtime;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the host's part of an agent is configured with.
 *
 * @param clusterId 6 lower-case hex digits
 * @param nodeNumber 1 and up, one for each node on this machine
 * @param stateDirectory everything this node keeps lies below it
 * @param subnet such as {@code 10.88.0.0/22}; the gateway has its first address
 * @param capacity what instances may use; empty: what the machine has, less a reserve
 * @param defences all of them, except in tests
 */
public record HostSettings(
    String clusterId,
    int nodeNumber,
    Path stateDirectory,
    String subnet,
    Optional<Capacity> capacity,
    Defences defences) {
  private static final Pattern CLUSTER_ID = Pattern.compile("[0-9a-f]{6}");

  public HostSettings {
    if (!CLUSTER_ID.matcher(clusterId).matches()) {
      throw new IllegalArgumentException(
          "cluster.id must be 6 lower-case hex digits, not '" + clusterId + "'");
    }
    if (nodeNumber < 1 || nodeNumber > 999) {
      throw new IllegalArgumentException("node.number must be 1 to 999, not " + nodeNumber);
    }
    stateDirectory = stateDirectory.toAbsolutePath().normalize();
  }

  /** As every agent has it: with all defences. */
  public HostSettings(
      String clusterId,
      int nodeNumber,
      Path stateDirectory,
      String subnet,
      Optional<Capacity> capacity) {
    this(clusterId, nodeNumber, stateDirectory, subnet, capacity, Defences.all());
  }
}

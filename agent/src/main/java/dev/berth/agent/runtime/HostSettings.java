package dev.berth.agent.runtime;

import dev.berth.agent.network.Networks;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the host's part of an agent is configured with.
 *
 * @param clusterId 6 lower-case hex digits
 * @param nodeNumber 1 and up, one for each node on this machine
 * @param stateDirectory everything this node keeps lies below it
 * @param subnet such as {@code 10.88.0.0/22}; the gateway has its first address
 * @param capacity what instances may use; empty: what the machine has, less a reserve
 * @param forbidden IPv4 networks that no instance reaches, whatever its tenant's policy
 * @param routers IPv4 networks outside of this node from which routers call instances
 * @param defences all of them, except in tests
 */
public record HostSettings(
    String clusterId,
    int nodeNumber,
    Path stateDirectory,
    String subnet,
    Optional<Capacity> capacity,
    List<String> forbidden,
    List<String> routers,
    Defences defences) {
  /** In the operator's list. */
  private static final int MOST_FORBIDDEN = 256;

  private static final int MOST_ROUTERS = 64;

  private static final Pattern CLUSTER_ID = Pattern.compile("[0-9a-f]{6}");

  public HostSettings {
    if (!CLUSTER_ID.matcher(clusterId).matches()) {
      throw new IllegalArgumentException(
          "cluster.id must be 6 lower-case hex digits, not '" + clusterId + "'");
    }
    if (nodeNumber < 1 || nodeNumber > 999) {
      throw new IllegalArgumentException("node.number must be 1 to 999, not " + nodeNumber);
    }
    forbidden = Networks.forbidden(forbidden, Integer.MAX_VALUE);
    routers = Networks.routers(routers, MOST_ROUTERS);
    stateDirectory = stateDirectory.toAbsolutePath().normalize();
  }

  /** As every agent has it: with all defences. */
  public HostSettings(
      String clusterId,
      int nodeNumber,
      Path stateDirectory,
      String subnet,
      Optional<Capacity> capacity) {
    this(
        clusterId,
        nodeNumber,
        stateDirectory,
        subnet,
        capacity,
        List.of(),
        List.of(),
        Defences.all());
  }

  /** With the operator's list of what is forbidden, in place of another. */
  public HostSettings forbidding(List<String> networks) {
    return new HostSettings(
        clusterId,
        nodeNumber,
        stateDirectory,
        subnet,
        capacity,
        Networks.forbidden(networks, MOST_FORBIDDEN),
        routers,
        defences);
  }

  /** With these forbidden too. */
  public HostSettings alsoForbidding(List<String> networks) {
    var all = new TreeSet<>(forbidden);
    all.addAll(networks);
    return new HostSettings(
        clusterId,
        nodeNumber,
        stateDirectory,
        subnet,
        capacity,
        List.copyOf(all),
        routers,
        defences);
  }

  /** With the networks from which routers call, in place of others. */
  public HostSettings calledFrom(List<String> networks) {
    return new HostSettings(
        clusterId, nodeNumber, stateDirectory, subnet, capacity, forbidden, networks, defences);
  }

  public HostSettings with(Defences others) {
    return new HostSettings(
        clusterId, nodeNumber, stateDirectory, subnet, capacity, forbidden, routers, others);
  }
}

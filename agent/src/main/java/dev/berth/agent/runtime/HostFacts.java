package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.image.IdRange;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.network.NetworkNames;
import dev.berth.agent.network.Subnet;
import java.nio.file.Path;
import java.util.List;

/**
 * What a check must know of this host to look at a container from outside.
 *
 * @param programs the files that are run to make containers
 */
public record HostFacts(
    HostSettings settings, Subnet subnet, Cgroups cgroups, List<Path> programs) {

  public Path stateDirectory() {
    return settings.stateDirectory();
  }

  public NetworkNames names() {
    return new NetworkNames(settings.clusterId(), settings.nodeNumber());
  }

  public String cgroup(Launched launched) {
    String name = Container.name(launched.placementId(), launched.incarnation());
    return HostParts.cgroupOfNode(settings) + "/" + name;
  }

  /** Where the pid of the process that takes down the output of a cgroup's container is. */
  public Path shimPid(String cgroup) {
    String name = cgroup.substring(cgroup.lastIndexOf('/') + 1);
    return new StateLayout(settings.stateDirectory()).bundle(name).resolve("conmon.pid");
  }

  /** The host's end of the link that has this address at its other end. */
  public String link(String address) {
    return names().link(place(address));
  }

  /** The ids that belong to the address of a container. */
  public IdRange range(Launched launched) {
    return range(subnet, place(launched.address()));
  }

  /** The number of an address in the subnet. */
  public int place(String address) {
    for (int place = 1; place <= subnet.places(); place++) {
      if (subnet.address(place).equals(address)) {
        return place;
      }
    }
    throw new IllegalArgumentException(address + " is not in " + subnet);
  }

  static IdRange range(Subnet subnet, int place) {
    return new IdRange((long) IdRange.SIZE * subnet.rangeNumber(place));
  }
}

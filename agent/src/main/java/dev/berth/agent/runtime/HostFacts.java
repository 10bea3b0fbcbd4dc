package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.image.IdRange;
import dev.berth.agent.network.NetworkNames;
import dev.berth.agent.network.Subnet;
import java.nio.file.Path;

/** What a check must know of this host to look at a container from outside. */
public record HostFacts(HostSettings settings, Subnet subnet, Cgroups cgroups) {

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

  /** The ids that belong to the address of a container. */
  public IdRange range(Launched launched) {
    for (int place = 1; place <= subnet.places(); place++) {
      if (subnet.address(place).equals(launched.address())) {
        return range(subnet, place);
      }
    }
    throw new IllegalArgumentException(launched.address() + " is not in " + subnet);
  }

  static IdRange range(Subnet subnet, int place) {
    return new IdRange((long) IdRange.SIZE * subnet.rangeNumber(place));
  }
}

package dev.berth.agent.runtime;

import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.image.IdRange;
import dev.berth.agent.image.ImageStore;
import dev.berth.agent.image.RootFileSystems;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.linux.Programs;
import dev.berth.agent.linux.Syscalls;
import dev.berth.agent.network.NodeNetwork;
import dev.berth.agent.network.Subnet;

/** What a node's host is composed of; made once by {@link ContainerHost#open}. */
record HostParts(
    HostSettings settings,
    StateLayout layout,
    Syscalls syscalls,
    Programs programs,
    Cgroups cgroups,
    Subnet subnet,
    NodeNetwork network,
    ImageStore images,
    RootFileSystems roots,
    OciRuntime runtime,
    Bundle.Common common,
    String runtimeName,
    String bootId) {

  IdRange range(int place) {
    boolean own = settings.defences().has(Defence.OWN_ID_RANGE);
    return HostFacts.range(subnet, own ? place : 1);
  }

  String cgroup(String container) {
    return cgroupOfNode(settings) + "/" + container;
  }

  static String cgroupOfCluster(HostSettings settings) {
    return "/berth-" + settings.clusterId();
  }

  static String cgroupOfNode(HostSettings settings) {
    return cgroupOfCluster(settings) + "/node-" + settings.nodeNumber();
  }
}

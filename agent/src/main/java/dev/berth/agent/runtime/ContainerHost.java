package dev.berth.agent.runtime;

/** Opens the real host: OCI runtime, conmon, overlay, cgroups and network of this machine. */
public final class ContainerHost {
  private ContainerHost() {}

  /**
   * Probes the runtime with a throw-away container and sets up what all containers share: bridge,
   * nft table, cgroups. Does not touch containers that run; {@link InstanceHost#adopt} does.
   */
  @SuppressWarnings("DoNotCallSuggester") // stands in until the real host lands
  public static InstanceHost open(HostSettings settings, BlobSource blobs) throws HostException {
    throw new HostException(
        HostException.Kind.NODE,
        "no container host yet for " + settings.stateDirectory() + " and " + blobs);
  }
}

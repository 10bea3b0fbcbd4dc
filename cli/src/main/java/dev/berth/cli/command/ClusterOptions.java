package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.client.ClusterAddress;
import dev.berth.cli.cluster.StateDirectory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command that calls the cluster understands. Filled by the command line. */
class ClusterOptions {
  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = "The cluster's state directory; else BERTH_STATE_DIR, else /var/lib/berth.")
  @Nullable Path stateDirectory;

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  boolean json;

  Cluster open(Surroundings surroundings) {
    StateDirectory state = StateDirectory.find(stateDirectory, surroundings.environment());
    return new Cluster(ClusterAddress.find(state, surroundings.environment()), surroundings.keys());
  }
}

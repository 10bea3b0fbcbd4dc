package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.client.Cluster;
import picocli.CommandLine.Option;

/** What every command that changes how instances run understands. Filled by the command line. */
final class ChangeOptions extends ClusterOptions {
  @Option(
      names = "--plan",
      description = {
        "Change nothing; say what would be started, moved and stopped, in which order, and a token",
        "for berth apply."
      })
  boolean plan;

  @Override
  Cluster open(Surroundings surroundings) {
    return super.open(surroundings).planning(plan);
  }
}

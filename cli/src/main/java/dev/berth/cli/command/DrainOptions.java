package dev.berth.cli.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How a node is drained. Filled by the command line. */
final class DrainOptions {
  @Option(
      names = "--deadline",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = {
        "What is left after so long is stopped, replaced or not; at most 168h. Default: none."
      })
  Duration deadline = Duration.ZERO;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; shown with the node.")
  String reason = "";

  @Option(names = "--undo", description = "Stop draining; what is still there stays.")
  boolean undo;
}

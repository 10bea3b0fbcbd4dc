package dev.berth.cli.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long to follow the instances after a change. Filled by the command line. */
final class WaitOptions {
  @Option(
      names = "--no-wait",
      description = "Return once the cluster has accepted; do not follow the instances.")
  boolean noWait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5m",
      converter = DurationConverter.class,
      description =
          "Follow the instances for so long at most (e.g. 30s, 5m; default ${DEFAULT-VALUE}).")
  Duration timeout = Duration.ofMinutes(5);
}

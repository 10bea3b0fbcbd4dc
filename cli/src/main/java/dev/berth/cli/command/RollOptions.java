package dev.berth.cli.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/** What a base version is rolled like. Filled by the command line. */
final class RollOptions {
  @Option(
      names = "--to",
      paramLabel = "VERSION",
      defaultValue = "0",
      description = "Default: the newest that was not withdrawn.")
  int to;

  @Option(
      names = "--rings",
      paramLabel = "RINGS",
      defaultValue = "",
      description =
          "For example acme/shop+acme/blog,10%%,50%%,100%%. Default: 1%%,10%%,50%%,100%%.")
  String rings = "";

  @Option(
      names = "--soak",
      paramLabel = "TIME",
      defaultValue = "1m",
      converter = DurationConverter.class,
      description = "A ring must be quiet for so long before the next (${DEFAULT-VALUE}).")
  Duration soak = Duration.ofMinutes(1);

  @Option(
      names = "--override",
      description = "Pass over tenants' pins and widen the brakes; needs a reason.")
  boolean override;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Kept with the campaign.")
  String reason = "";
}

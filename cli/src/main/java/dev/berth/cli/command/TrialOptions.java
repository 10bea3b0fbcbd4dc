package dev.berth.cli.command;

import java.time.Duration;
import picocli.CommandLine.Option;

/** What a base version is tried like. Filled by the command line. */
final class TrialOptions {
  @Option(
      names = "--to",
      paramLabel = "VERSION",
      defaultValue = "0",
      description = "Default: the newest that was not withdrawn.")
  int to;

  @Option(
      names = "--apps",
      paramLabel = "APP,...",
      defaultValue = "",
      description = "Only these, for example acme/shop,acme/blog.")
  String apps = "";

  @Option(
      names = "--from",
      paramLabel = "LINE",
      defaultValue = "",
      description = "Only apps of this base line.")
  String from = "";

  @Option(
      names = "--at-a-time",
      paramLabel = "COUNT",
      defaultValue = "10",
      description = "Shadow instances, 1 to 1000 (${DEFAULT-VALUE}).")
  int atATime = 10;

  @Option(
      names = "--within",
      paramLabel = "TIME",
      defaultValue = "5m",
      converter = DurationConverter.class,
      description = "To find room and become healthy, 10s to 1h (${DEFAULT-VALUE}).")
  Duration within = Duration.ofMinutes(5);

  @Option(
      names = "--all-types",
      description = {
        "Not web alone: every process type with instances. A shadow worker does real work, beside the",
        "others."
      })
  boolean allTypes;

  @Option(names = "--halt", description = "End the line's trial instead; its instances stop.")
  boolean halt;

  @Option(
      names = "--show",
      description = "Show the line's last trial instead, and what became of each app.")
  boolean show;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Kept with the trial.")
  String reason = "";
}

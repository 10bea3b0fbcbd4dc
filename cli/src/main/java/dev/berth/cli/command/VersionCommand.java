package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.output.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Which Berth this is. */
@Command(
    name = "version",
    description = "Print the version of this program and of its Java.",
    footer = "JSON: {\"version\": string, \"java\": string}.")
public final class VersionCommand implements Callable<Integer> {
  private static final String VERSION = "0.1.0";

  private final Surroundings surroundings;

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  public VersionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    String java = Runtime.version().toString();
    new Answer(surroundings.terminal(), json)
        .one(
            Json.object().put("version", VERSION).put("java", java),
            () -> "berth " + VERSION + " (Java " + java + ")");
    return 0;
  }
}

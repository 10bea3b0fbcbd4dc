package dev.berth.cli.command;

import dev.berth.cli.Surroundings;
import dev.berth.cli.output.Json;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Completion for shells. */
@Command(
    name = "completion",
    description = "Print a completion script for bash and zsh: source <(berth completion).",
    footer = "JSON: {\"script\": string}.")
public final class CompletionCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  public CompletionCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() {
    String script = AutoComplete.bash("berth", spec.root().commandLine());
    surroundings
        .terminal()
        .out()
        .println(json ? Json.line(Json.object().put("script", script)) : script);
    return 0;
  }
}

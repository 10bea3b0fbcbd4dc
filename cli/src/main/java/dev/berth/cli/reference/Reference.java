package dev.berth.cli.reference;

import dev.berth.cli.ExitCode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** docs/cli.md, from the commands themselves. */
final class Reference {
  private static final String INTRODUCTION =
      """
      # The berth command

      Made from the program by `./berth docs`; do not edit.

      `./berth` in a checkout sets up and builds what is needed, then runs the command. Answers go to
      standard output, progress and errors to standard error. `NO_COLOR` turns colors off.

      ## Which cluster, and as whom

      As an operator (root) on the cluster's machine: the cluster is found by `--state-dir`, else
      `BERTH_STATE_DIR`, else `/var/lib/berth`. As a tenant, from anywhere: set `BERTH_API` (HOST:PORT of
      the scheduler, or of each, separated by commas: the one that leads is found),
      `BERTH_TOKEN` (from `berth tenants create`) and `BERTH_CA` (the file `identity/ca/ca.crt` of the
      cluster's state directory). As an operator from anywhere: `BERTH_API` and `BERTH_IDENTITY`, the
      directory with the operator's certificate and key.

      ## Which app

      `-a TENANT/APP`, else `BERTH_APP`, else the first line of the nearest file `.berth` in this
      directory or above.

      ## JSON

      With `--json` a command answers with one JSON object on one line; lists and streams with one
      object per line. Each command below says which. The objects are the messages of the API
      (`proto/`): every field is there under its lower-camel-case name, enumerations are names, times
      are milliseconds since 1970, numbers are numbers. A failure is one object on standard error:
      `{"error": {"code", "field", "reason", "remedy"}}`; codes are stable.

      ## Exit codes

      """;

  private Reference() {}

  static String of(CommandLine line) {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    text.append("| code | meaning |\n|---|---|\n");
    for (ExitCode code : ExitCode.values()) {
      text.append("| ").append(code.number()).append(" | ").append(code.meaning()).append(" |\n");
    }
    text.append("\n## Commands\n");
    line.getSubcommands().values().stream().distinct().forEach(command -> append(text, command));
    return text.toString();
  }

  private static void append(StringBuilder text, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.usageMessage().hidden() || spec.name().equals("help")) {
      return;
    }
    text.append("\n### ").append(spec.qualifiedName(" ")).append("\n\n");
    text.append("    ").append(synopsis(spec)).append("\n\n");
    text.append(String.join(" ", spec.usageMessage().description())).append("\n");
    List<String> arguments = arguments(spec);
    if (!arguments.isEmpty()) {
      text.append('\n').append(String.join("\n", arguments)).append('\n');
    }
    for (String footer : spec.usageMessage().footer()) {
      text.append('\n').append(footer.replace("<", "&lt;")).append('\n');
    }
    command.getSubcommands().values().forEach(it -> append(text, it));
  }

  private static String synopsis(CommandSpec spec) {
    String positional =
        spec.positionalParameters().stream()
            .map(it -> it.arity().min() == 0 ? "[" + it.paramLabel() + "]" : label(it))
            .collect(Collectors.joining(" "));
    return (spec.qualifiedName(" ") + " [OPTIONS] " + positional).strip();
  }

  private static String label(ArgSpec argument) {
    return argument.paramLabel() + (argument.arity().max() > 1 ? " ..." : "");
  }

  private static List<String> arguments(CommandSpec spec) {
    List<String> lines = new ArrayList<>();
    spec.positionalParameters().forEach(it -> lines.add(line("`" + it.paramLabel() + "`", it)));
    for (OptionSpec option : spec.options()) {
      if (!option.hidden() && !option.usageHelp()) {
        String names = String.join(", ", option.names());
        String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        lines.add(line("`" + names + value + "`", option));
      }
    }
    return lines;
  }

  private static String line(String name, ArgSpec argument) {
    String description =
        String.join(" ", argument.description())
            .replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue()));
    return "- " + name + (description.isEmpty() ? "" : ": " + description);
  }
}

package dev.berth.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.cli.client.Cluster;
import dev.berth.cli.cluster.DownCommand;
import dev.berth.cli.cluster.StatusCommand;
import dev.berth.cli.cluster.SuperviseCommand;
import dev.berth.cli.cluster.UpCommand;
import dev.berth.cli.command.AdminCommand;
import dev.berth.cli.command.ApplyCommand;
import dev.berth.cli.command.AppsCommand;
import dev.berth.cli.command.AutoscaleCommand;
import dev.berth.cli.command.BasesCommand;
import dev.berth.cli.command.CompletionCommand;
import dev.berth.cli.command.ConfigCommand;
import dev.berth.cli.command.DeployCommand;
import dev.berth.cli.command.DomainsCommand;
import dev.berth.cli.command.EventsCommand;
import dev.berth.cli.command.LogsCommand;
import dev.berth.cli.command.MetricsCommand;
import dev.berth.cli.command.NodesCommand;
import dev.berth.cli.command.PlanCommand;
import dev.berth.cli.command.PsCommand;
import dev.berth.cli.command.ReleasesCommand;
import dev.berth.cli.command.RestartCommand;
import dev.berth.cli.command.RollbackCommand;
import dev.berth.cli.command.RolloutCommand;
import dev.berth.cli.command.ScaleCommand;
import dev.berth.cli.command.SizesCommand;
import dev.berth.cli.command.TenantsCommand;
import dev.berth.cli.command.VersionCommand;
import dev.berth.cli.command.WhyCommand;
import dev.berth.cli.output.Json;
import dev.berth.cli.output.Terminal;
import dev.berth.cli.output.Terminal.Color;
import dev.berth.identity.IdentityException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The whole command line: every command, and how each may end. */
@Command(
    name = "berth",
    synopsisSubcommandLabel = "COMMAND",
    description = "Runs many tenants' apps on your machines.",
    footer = {
      "",
      "In a checkout, ./berth also has: test [fast], bench NAME, docs; and --no-install, which"
          + " only",
      "lists the distribution packages that are missing."
    })
public final class BerthCommand implements Runnable {
  private static final Map<String, String> ALIASES = Map.of("node", "nodes");

  @Spec private CommandSpec spec = CommandSpec.create();

  private BerthCommand() {}

  private static Map<String, Function<Surroundings, Object>> commands() {
    Map<String, Function<Surroundings, Object>> commands = new LinkedHashMap<>();
    commands.put("up", UpCommand::new);
    commands.put("down", DownCommand::new);
    commands.put("status", StatusCommand::new);
    commands.put("supervise", SuperviseCommand::new);
    commands.put("tenants", TenantsCommand::new);
    commands.put("apps", AppsCommand::new);
    commands.put("deploy", DeployCommand::new);
    commands.put("releases", ReleasesCommand::new);
    commands.put("rollout", RolloutCommand::new);
    commands.put("rollback", RollbackCommand::new);
    commands.put("scale", ScaleCommand::new);
    commands.put("autoscale", AutoscaleCommand::new);
    commands.put("ps", PsCommand::new);
    commands.put("metrics", MetricsCommand::new);
    commands.put("why", WhyCommand::new);
    commands.put("plan", PlanCommand::new);
    commands.put("apply", ApplyCommand::new);
    commands.put("restart", RestartCommand::new);
    commands.put("config", ConfigCommand::new);
    commands.put("domains", DomainsCommand::new);
    commands.put("logs", LogsCommand::new);
    commands.put("events", EventsCommand::new);
    commands.put("nodes", NodesCommand::new);
    commands.put("bases", BasesCommand::new);
    commands.put("admin", AdminCommand::new);
    commands.put("sizes", SizesCommand::new);
    commands.put("version", VersionCommand::new);
    commands.put("completion", CompletionCommand::new);
    return commands;
  }

  /** Runs what the arguments say; only the command that they name is built, to start quickly. */
  public static int execute(Surroundings surroundings, String... arguments) {
    Map<String, Function<Surroundings, Object>> commands = commands();
    String said = arguments.length == 0 ? "" : arguments[0];
    String first = ALIASES.getOrDefault(said, said);
    if (commands.containsKey(first) && !first.equals("completion")) {
      commands.keySet().retainAll(Set.of(first));
    }
    return commandLine(surroundings, commands).execute(arguments);
  }

  /** With every command. */
  public static CommandLine commandLine(Surroundings surroundings) {
    return commandLine(surroundings, commands());
  }

  private static CommandLine commandLine(
      Surroundings surroundings, Map<String, Function<Surroundings, Object>> commands) {
    CommandLine line = new CommandLine(new BerthCommand());
    commands.values().forEach(command -> line.addSubcommand(command.apply(surroundings)));
    line.addSubcommand(new CommandLine.HelpCommand());
    Terminal terminal = surroundings.terminal();
    addHelpOption(line);
    return line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setParameterExceptionHandler((failure, args) -> tellUsage(failure, terminal))
        .setExecutionExceptionHandler(
            (failure, failed, parsed) -> tell(failure, terminal, wantsJson(failed)));
  }

  /** Every command understands --help. */
  private static void addHelpOption(CommandLine line) {
    line.getCommandSpec().addMixin("help", CommandSpec.forAnnotatedObject(new HelpOption()));
    for (CommandLine subcommand : Set.copyOf(line.getSubcommands().values())) { // aliases once
      if (!subcommand.getCommandName().equals("help")) {
        addHelpOption(subcommand);
      }
    }
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  private static int tellUsage(ParameterException failure, Terminal terminal) {
    String name = failure.getCommandLine().getCommandSpec().qualifiedName(" ");
    List<String> similar =
        failure instanceof UnmatchedArgumentException unmatched
            ? unmatched.getSuggestions()
            : List.of();
    terminal.err().println("berth: " + Terminal.clean(String.valueOf(failure.getMessage())));
    terminal
        .err()
        .println(
            similar.isEmpty()
                ? "  next: " + name + " --help"
                : "  next: perhaps " + String.join(" or ", similar) + "; see " + name + " --help");
    return ExitCode.USAGE.number();
  }

  private static int tell(Exception failure, Terminal terminal, boolean json) {
    if (failure instanceof Cluster.Planned planned) {
      PlanCommand.tell(planned.plan(), terminal, json);
      return ExitCode.DONE.number();
    }
    CommandFailure known =
        switch (failure) {
          case CommandFailure told -> told;
          case IdentityException unusable -> host(unusable);
          case UncheckedIOException unusable -> host(unusable);
          default -> {
            failure.printStackTrace(terminal.err());
            yield CommandFailure.host(
                "a mistake in Berth: " + failure, "report it, with the lines above");
          }
        };
    PrintStream err = terminal.err();
    if (json) {
      ObjectNode answer = Json.object();
      answer
          .putObject("error")
          .put("code", known.code())
          .put("field", known.field())
          .put("reason", known.getMessage())
          .put("remedy", known.next());
      err.println(Json.line(answer));
    } else {
      String said = known.getMessage() == null ? known.code() : known.getMessage();
      String what = known.exitCode() == ExitCode.REFUSED ? "refused: " : "";
      err.println("berth: " + terminal.paint(Color.BAD, what) + cleanLines(said));
      if (!known.next().isEmpty()) {
        err.println("  next: " + Terminal.clean(known.next()));
      }
    }
    return known.exitCode().number();
  }

  private static CommandFailure host(RuntimeException failure) {
    return CommandFailure.host(
        String.valueOf(failure.getMessage()), "see that you may read and write it");
  }

  private static String cleanLines(String text) {
    return String.join("\n", text.lines().map(Terminal::clean).toList());
  }

  private static boolean wantsJson(CommandLine failed) {
    return failed.getParseResult().hasMatchedOption("--json");
  }

  /** The option that every command has. */
  @Command
  private static final class HelpOption {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;
  }
}

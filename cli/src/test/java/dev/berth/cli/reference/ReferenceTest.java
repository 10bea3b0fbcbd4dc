package dev.berth.cli.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.BerthCommand;
import dev.berth.cli.command.FakeCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ReferenceTest {
  private final CommandLine line =
      BerthCommand.commandLine(FakeCluster.surroundings(Map.of(), Path.of(".")));

  @Test
  void theDocumentIsWhatTheProgramSays() throws Exception {
    Path document = Path.of("..", "docs", "cli.md");

    assertThat(document)
        .as("run ./berth docs after a change of commands")
        .content()
        .isEqualTo(Reference.of(line));
    assertThat(Files.size(document)).isPositive();
  }

  @Test
  void everyCommandSpeaksJsonAndSaysWhich() {
    for (CommandLine command : leaves(line)) {
      String name = command.getCommandSpec().qualifiedName();
      assertThat(command.getCommandSpec().findOption("--json")).as(name).isNotNull();
      assertThat(String.join(" ", command.getCommandSpec().usageMessage().footer()))
          .as(name)
          .contains("JSON:");
    }
  }

  private static List<CommandLine> leaves(CommandLine line) {
    List<CommandLine> leaves = new ArrayList<>();
    for (CommandLine command : line.getSubcommands().values()) {
      boolean internal = command.getCommandSpec().usageMessage().hidden();
      if (!internal && !command.getCommandName().equals("help")) {
        leaves.add(command);
        leaves.addAll(leaves(command));
      }
    }
    return leaves;
  }
}

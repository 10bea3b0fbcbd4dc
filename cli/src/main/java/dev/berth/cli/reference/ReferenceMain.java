package dev.berth.cli.reference;

import dev.berth.cli.BerthCommand;
import dev.berth.cli.Surroundings;
import dev.berth.cli.output.Terminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** Writes the reference into the file named. */
public final class ReferenceMain {
  private ReferenceMain() {}

  public static void main(String[] arguments) throws IOException {
    Surroundings surroundings =
        new Surroundings(
            Map.of(),
            Path.of("."),
            Path.of("."),
            new Terminal(System.out, System.err, false, false),
            Clock.systemUTC(),
            () -> "");
    Files.writeString(Path.of(arguments[0]), Reference.of(BerthCommand.commandLine(surroundings)));
  }
}

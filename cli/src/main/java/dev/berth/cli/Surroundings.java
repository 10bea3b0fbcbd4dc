package dev.berth.cli;

import dev.berth.cli.output.Terminal;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.function.Supplier;

/**
 * All that a command sees of the process it runs in.
 *
 * @param home the checkout or installation, where deploy/ is
 * @param keys new idempotency keys
 */
public record Surroundings(
    Map<String, String> environment,
    Path workingDirectory,
    Path home,
    Terminal terminal,
    Clock clock,
    Supplier<String> keys) {
  public Surroundings {
    environment = Map.copyOf(environment);
  }
}

package dev.berth.bench.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs ./berth as a person at a shell would.
 *
 * <p>Kills a command that takes longer than its limit. Thread-safe.
 */
public final class BerthCommand {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Path home;
  private final Map<String, String> environment;

  /** The home is the checkout, where ./berth is. */
  public BerthCommand(Path home, Map<String, String> environment) {
    this.home = home;
    this.environment = Map.copyOf(environment);
  }

  public BerthCommand with(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new BerthCommand(home, more);
  }

  /** How a command ended. */
  public record Outcome(List<String> command, int exit, String out, String err) {
    public Outcome {
      command = List.copyOf(command);
    }

    public boolean isDone() {
      return exit == 0;
    }

    /** The one object that --json prints. */
    public JsonNode json() {
      return parse(out);
    }

    /** Lines of objects. */
    public List<JsonNode> jsonLines() {
      return out.lines().filter(line -> !line.isBlank()).map(Outcome::parse).toList();
    }

    private static JsonNode parse(String text) {
      try {
        return MAPPER.readTree(text);
      } catch (JsonProcessingException notJson) {
        throw new UncheckedIOException("not JSON: " + text, notJson);
      }
    }
  }

  public Outcome run(Duration limit, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("berth").toString());
    command.addAll(List.of(arguments));
    try {
      Path out = Files.createTempFile("berth-command", ".out");
      Path err = Files.createTempFile("berth-command", ".err");
      try {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.directory(home.toFile());
        builder.redirectOutput(out.toFile()).redirectError(err.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly().waitFor();
          throw new AssertionError(
              "not done after " + limit + ": " + command + "\n" + Files.readString(err));
        }
        return new Outcome(
            command, process.exitValue(), Files.readString(out), Files.readString(err));
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + command, interrupted);
    }
  }

  /** As run, and fails when the exit code is not 0. */
  public Outcome done(Duration limit, String... arguments) {
    Outcome outcome = run(limit, arguments);
    if (!outcome.isDone()) {
      throw new AssertionError(
          "exit code "
              + outcome.exit()
              + " of "
              + outcome.command()
              + "\n"
              + outcome.err()
              + outcome.out());
    }
    return outcome;
  }
}

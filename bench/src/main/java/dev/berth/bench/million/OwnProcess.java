package dev.berth.bench.million;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.bench.cluster.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A Java program in a process of its own, and what it has used so far. Confined to one thread. */
final class OwnProcess implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;

  private OwnProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** With this class path; its log goes to the file, its standard output comes here. */
  static OwnProcess start(List<String> flags, List<String> words, Path log) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new OwnProcess(builder.start());
  }

  /** What the program answers to a line. */
  String ask(String line) {
    try {
      commands.write(line + "\n");
      commands.flush();
      return answer();
    } catch (IOException gone) {
      throw new UncheckedIOException("the process has ended", gone);
    }
  }

  String answer() throws IOException {
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the process has ended; see its log");
    }
    return answer;
  }

  /** As soon as the program has written it. */
  JsonNode runFile(Path file, Deadline deadline) {
    return deadline.find(
        "the run file " + file,
        LIMIT,
        () -> {
          if (!process.isAlive()) {
            throw new AssertionError("the process has ended; see the log beside " + file);
          }
          try {
            return Files.exists(file)
                ? Optional.of(MAPPER.readTree(file.toFile()))
                : Optional.empty();
          } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
          }
        });
  }

  long pid() {
    return process.pid();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, and waits for the end. */
  void stop() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

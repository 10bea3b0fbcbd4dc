package dev.berth.agent.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.linux.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Speaks with the OCI runtime, through conmon where a process is made.
 *
 * <p>Decides nothing; says in the tenant's words what went wrong. Thread-safe.
 */
record OciRuntime(
    String name,
    Path program,
    Path conmon,
    Defences defences,
    StateLayout layout,
    PrivateNamespace namespace,
    Programs programs) {

  private static final Duration CREATE_LIMIT = Duration.ofSeconds(30);
  private static final long LOG_BYTES = 10L << 20;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern TENANTS_FAULT =
      Pattern.compile(
          "(?i)executable file|not found in|exec format error|permission denied|no such file");

  /** Makes the container and returns the host's pid of its first process, which waits. */
  long create(String container, Path log) throws HostException {
    Path bundle = layout.bundle(container);
    List<String> command = new ArrayList<>(List.of(conmon.toString(), "--api-version", "1"));
    command.addAll(List.of("-c", container, "-u", container, "-n", container));
    command.addAll(List.of("-r", program.toString(), "-b", bundle.toString()));
    command.addAll(List.of("-p", bundle.resolve("pid").toString()));
    command.addAll(List.of("-P", conmonPid(container).toString()));
    command.addAll(List.of("--exit-dir", layout.exits().toString(), "--full-attach"));
    command.addAll(List.of("-l", "k8s-file:" + log, "--log-size-max", "" + LOG_BYTES));
    command.addAll(List.of("--log-level", "error", "--no-sync-log"));
    if (!defences.has(Defence.OWN_KEYRING)) {
      command.add("--no-new-keyring");
    }
    command.addAll(List.of("--runtime-arg=--root", "--runtime-arg=" + layout.runtimeState()));
    try {
      var words = namespace.enter(weakened(command));
      var answer = programs.ask(words, "_OCI_SYNCPIPE=3", CREATE_LIMIT);
      if (answer.answer().isEmpty()) {
        throw new HostException(
            HostException.Kind.NODE, "conmon gave no answer: " + answer.output().strip());
      }
      JsonNode told = JSON.readTree(answer.answer());
      long pid = told.path("data").asLong(-1);
      if (pid <= 0) {
        throw refused(told.path("message").asText(""));
      }
      return pid;
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.NODE, "the container can't be made: " + e.getMessage(), e);
    }
  }

  /** Without a defence: conmon hands on what is open, or its place before others. */
  private List<String> weakened(List<String> command) {
    List<String> words = new ArrayList<>(command);
    if (!defences.has(Defence.NO_DESCRIPTORS)) {
      String leak = "$^F = 9; open(my $file, '<', '/etc/passwd'); exec @ARGV";
      words.addAll(0, List.of("/usr/bin/env", "LISTEN_FDS=3", "/usr/bin/perl", "-e", leak));
    }
    if (!defences.has(Defence.NO_PRIORITY)) {
      words.addAll(0, List.of("/usr/bin/nice", "--adjustment=-5"));
    }
    return words;
  }

  private HostException refused(String message) {
    String text = message.strip();
    return TENANTS_FAULT.matcher(text).find()
        ? new HostException(
            HostException.Kind.TENANT,
            "the command can't be executed; check that its program is in the slug or the base"
                + " image, and is executable: "
                + text)
        : new HostException(HostException.Kind.NODE, name + " made no container: " + text);
  }

  void start(String container) throws HostException {
    try {
      run("start", container);
    } catch (IOException e) {
      throw new HostException(
          HostException.Kind.NODE, "the container can't be started: " + e.getMessage(), e);
    }
  }

  /** Forgets a container whose processes have ended. */
  void delete(String container) throws IOException {
    run("delete", container);
  }

  boolean knows(String container) {
    return java.nio.file.Files.isDirectory(layout.runtimeState().resolve(container));
  }

  Path conmonPid(String container) {
    return layout.bundle(container).resolve("conmon.pid");
  }

  /** The conmon of a container; empty when it has ended. */
  Optional<ProcessView> shim(String container) {
    try {
      return Optional.of(
              new ProcessView(Long.parseLong(Files.readString(conmonPid(container)).strip())))
          .filter(shim -> shim.startTicks() >= 0);
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private void run(String verb, String container) throws IOException {
    programs.need(
        namespace.enter(
            List.of(
                program.toString(), "--root", layout.runtimeState().toString(), verb, container)));
  }
}

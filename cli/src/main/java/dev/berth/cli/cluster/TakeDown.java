package dev.berth.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.cli.CommandFailure;
import dev.berth.cli.output.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ends a cluster on this machine and leaves nothing of it behind but its data.
 *
 * <p>Works from what is on disk alone, so it may be repeated, and may follow any crash. Touches
 * only processes that were recorded as this cluster's.
 */
public final class TakeDown {
  private static final Duration SUPERVISOR_GRACE = Duration.ofSeconds(90);
  private static final Duration PROGRAM_GRACE = Duration.ofSeconds(15);
  private static final Duration SWEEP_TIME = Duration.ofMinutes(2);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final StateDirectory state;
  private final Launcher launcher;
  private final Progress progress;

  TakeDown(StateDirectory state, Launcher launcher, Progress progress) {
    this.state = state;
    this.launcher = launcher;
    this.progress = progress;
  }

  /** Ends the supervisor, which ends the rest; then whatever a crash has left. */
  void all() {
    stopSupervisor();
    stopPrograms();
    sweep();
  }

  private void stopSupervisor() {
    ProcessHandle supervisor =
        ProcessTable.living(state.processFile()).get(ProcessTable.SUPERVISOR);
    if (supervisor != null && !supervisor.equals(ProcessHandle.current())) {
      progress.milestone("Stopping the cluster (supervisor " + supervisor.pid() + ") ...");
      supervisor.destroy();
      Processes.awaitEnd(supervisor, SUPERVISOR_GRACE);
    }
  }

  /** Programs whose supervisor is gone. Their containers stay. */
  void stopPrograms() {
    Map<String, ProcessHandle> living = ProcessTable.living(state.processFile());
    living.remove(ProcessTable.SUPERVISOR);
    programsWithRunFile().forEach(living::putIfAbsent);
    living.forEach((name, process) -> {
      progress.state("Stopping " + name + " (pid " + process.pid() + ") ...");
      process.destroy();
    });
    living.values().forEach(process -> Processes.awaitEnd(process, PROGRAM_GRACE));
  }

  /** Programs that began so shortly before a crash that nobody recorded them. */
  private Map<String, ProcessHandle> programsWithRunFile() {
    Map<String, ProcessHandle> found = new java.util.TreeMap<>();
    Path directory = state.runDirectory();
    if (!Files.isDirectory(directory)) {
      return found;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
      for (Path file : files) {
        String name = file.getFileName().toString().replace(".json", "");
        JsonNode json = MAPPER.readTree(file.toFile());
        ProcessHandle.of(json.path("pid").asLong())
            .filter(process -> hasArgument(process, state.settings(name)))
            .ifPresent(process -> found.put(name, process));
      }
      return found;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(directory + " cannot be read", unreadable);
    }
  }

  private static boolean hasArgument(ProcessHandle process, Path argument) {
    Optional<String[]> arguments = process.info().arguments();
    return arguments.isPresent() && Arrays.asList(arguments.get()).contains(argument.toString());
  }

  /** Removes containers, mounts, links, tables and cgroups of every node. */
  void sweep() {
    try {
      List<Path> nodes = state.nodeSettings();
      if (!nodes.isEmpty()) {
        progress.state("Removing containers, mounts and networks ...");
      }
      List<Process> sweeps = nodes.stream().map(launcher::startSweep).toList();
      for (int i = 0; i < sweeps.size(); i++) {
        requireClean(nodes.get(i), sweeps.get(i));
      }
      if (Files.exists(state.clusterFile())) {
        OwnCgroups.of(ClusterFile.read(state.clusterFile()).id()).remove();
      }
      deleteTree(state.runDirectory());
    } catch (IOException failure) {
      throw new UncheckedIOException("the state in " + state.root() + " cannot be read", failure);
    }
  }

  private void requireClean(Path node, Process sweep) {
    boolean ended = Processes.endsWithin(sweep.toHandle(), SWEEP_TIME);
    if (!ended) {
      sweep.destroyForcibly();
    }
    if (!ended || sweep.exitValue() != 0) {
      throw CommandFailure.host(
          "what " + node.getFileName() + " had made on this host could not all be removed",
          "see " + state.log("sweep") + ", then run berth down again");
    }
  }

  /** Forgets the cluster for good. Refuses while something is mounted inside. */
  void purge() {
    try {
      String inside = " " + state.root() + "/";
      if (Files.readString(Path.of("/proc/self/mountinfo")).contains(inside)) {
        throw CommandFailure.host(
            "something is still mounted in " + state.root(), "run berth down again");
      }
      deleteTree(state.root());
    } catch (IOException failure) {
      throw CommandFailure.host(
          state.root() + " cannot be removed: " + failure.getMessage(), "remove it by hand");
    }
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path directory, java.io.@org.jspecify.annotations.Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}

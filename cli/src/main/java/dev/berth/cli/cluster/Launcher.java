package dev.berth.cli.cluster;

import dev.berth.cli.CommandFailure;
import dev.berth.cli.cluster.Program.Installation;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts programs as processes of their own session, so that Ctrl-C at a terminal reaches the
 * supervisor alone. Immutable.
 */
final class Launcher {
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          // The archive of classes stays where it was made, so that its pages are shared, not
          // copied.
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:ArchiveRelocationMode=0",
          "-Xss512k",
          "-XX:ReservedCodeCacheSize=48m",
          "-XX:+ExitOnOutOfMemoryError",
          "-Xlog:disable",
          "-Dio.netty.handler.ssl.noOpenSsl=true",
          "--illegal-native-access=allow",
          "--sun-misc-unsafe-memory-access=allow");

  private final Installation installation;
  private final StateDirectory state;
  private final boolean training;

  Launcher(Installation installation, StateDirectory state, boolean training) {
    this.installation = installation;
    this.state = state;
    this.training = training;
  }

  Process start(Program program) {
    List<String> command = new ArrayList<>();
    command.add("setsid");
    command.add(installation.java().toString());
    command.addAll(JVM);
    command.addAll(program.memory());
    Path archive = installation.archives().resolve(program.kind() + ".jsa");
    command.add((training ? "-XX:ArchiveClassesAtExit=" : "-XX:SharedArchiveFile=") + archive);
    command.addAll(List.of("-cp", installation.classPath(), program.mainClass()));
    command.addAll(program.arguments());
    command.add(state.settings(program.name()).toString());
    Process process = start(command, state.log(program.name()));
    String clusterId = program.settings().get("cluster.id");
    if (!training && clusterId != null) {
      OwnCgroups.of(clusterId).take(program.name(), process.pid());
    }
    return process;
  }

  /** A whole cluster's supervisor in the background. */
  Process startSupervisor(Path home) {
    List<String> command = new ArrayList<>();
    command.add("setsid");
    command.add(installation.java().toString());
    command.addAll(JVM);
    command.addAll(List.of("-Xmx48m", "-Xmn8m", "-XX:TieredStopAtLevel=1", "-Dberth.home=" + home));
    command.add("-XX:SharedArchiveFile=" + installation.archives().resolve("cli.jsa"));
    command.addAll(List.of("-cp", installation.classPath(), "dev.berth.cli.BerthMain"));
    command.addAll(List.of("supervise", "--state-dir", state.root().toString()));
    return start(command, state.log("supervisor"));
  }

  /** Removes what a node has made on this host; returns the process that does it. */
  Process startSweep(Path nodeSettings) {
    List<String> command = new ArrayList<>();
    command.add(installation.java().toString());
    command.addAll(JVM);
    command.addAll(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1"));
    command.add("-XX:SharedArchiveFile=" + installation.archives().resolve("AgentMain.jsa"));
    command.addAll(List.of("-cp", installation.classPath(), Programs.AGENT, "sweep"));
    command.add(nodeSettings.toString());
    return start(command, state.log("sweep"));
  }

  private static Process start(List<String> command, Path log) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("MALLOC_ARENA_MAX", "2");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.redirectInput(new File("/dev/null"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      return builder.start();
    } catch (IOException failure) {
      throw CommandFailure.host(
          command.getFirst() + " cannot be started: " + failure.getMessage(),
          "see that it is installed and that " + log + " can be written");
    }
  }
}

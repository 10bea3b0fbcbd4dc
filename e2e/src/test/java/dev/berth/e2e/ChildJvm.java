package dev.berth.e2e;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One program of Berth, or a ZooKeeper server, in a process of its own that a test may harm. */
final class ChildJvm {
  private static final String JAVA = System.getProperty("java.home") + "/bin/java";
  private static final List<String> FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:TieredStopAtLevel=1",
          "-Xshare:auto");

  private final List<String> command;
  private final Path log;
  private Process process;

  private ChildJvm(List<String> command, Path log) {
    this.command = command;
    this.log = log;
    this.process = begun();
  }

  static ChildJvm start(Path log, int heapMib, String main, String... arguments) {
    return new ChildJvm(command(List.of(), heapMib, main, arguments), log);
  }

  static ChildJvm startIn(
      Machine machine, Path log, int heapMib, String main, String... arguments) {
    return new ChildJvm(command(machine.entering(), heapMib, main, arguments), log);
  }

  private static List<String> command(
      List<String> entering, int heapMib, String main, String... arguments) {
    var command = new ArrayList<String>();
    command.add("setsid"); // so that a signal to the tests' group does not reach it
    command.addAll(entering);
    command.add(JAVA);
    command.addAll(FLAGS);
    command.add("-Xmx" + heapMib + "m");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(List.of(arguments));
    return List.copyOf(command);
  }

  private Process begun() {
    try {
      var builder = new ProcessBuilder(command);
      builder.environment().remove("JAVA_TOOL_OPTIONS");
      return builder
          .redirectInput(new File("/dev/null"))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for its end; the exit code. */
  int exit() {
    return process.onExit().join().exitValue();
  }

  /** SIGKILL, and gone when it returns. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  void restart() {
    kill();
    process = begun();
  }

  void ensure() {
    if (!isAlive()) {
      process = begun();
    }
  }

  /** SIGSTOP: it stands still and its connections stay open. */
  void pause() {
    signal("STOP");
  }

  /** SIGCONT. */
  void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("process " + process.pid() + " took no SIG" + name);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }
}

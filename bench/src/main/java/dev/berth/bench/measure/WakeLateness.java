package dev.berth.bench.measure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * By how much the kernel wakes a real-time thread (SCHED_FIFO, sched(7)) too late: what no weight
 * and no turn of ordinary programs can better on this machine.
 *
 * <p>Much of it means that the kernel finishes its own work for others first (its preemption mode
 * is "none" or "voluntary"), or that the machine is virtual and not always there. To be opened
 * before the caller enters a cgroup, as on cgroup v1 only the root has real-time. Confined to one
 * thread.
 */
final class WakeLateness implements AutoCloseable {
  private final Process process;
  private final Writer ask;
  private final BufferedReader answers;

  private WakeLateness(Process process) {
    this.process = process;
    this.ask = process.outputWriter(StandardCharsets.US_ASCII);
    this.answers =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
  }

  static WakeLateness open() throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    var command =
        List.of(
            "chrt",
            "--fifo",
            "50",
            java.toString(),
            "-Xint",
            "-XX:+UseSerialGC",
            "-Xmx32m",
            "-cp",
            System.getProperty("java.class.path"),
            WakeMain.class.getName());
    return new WakeLateness(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start());
  }

  /** Milliseconds since the last call, 99th percentile; NaN where no real-time is to be had. */
  double p99Millis() {
    try {
      ask.write('\n');
      ask.flush();
      String line = answers.readLine();
      return line == null ? Double.NaN : Long.parseLong(line.split(" ", 2)[0]) / 1e6;
    } catch (IOException refused) {
      return Double.NaN;
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}

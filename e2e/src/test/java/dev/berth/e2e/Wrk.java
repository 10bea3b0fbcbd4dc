package dev.berth.e2e;

import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.InstanceProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The program wrk, with a pause between the requests of each connection; as a second witness. */
final class Wrk {
  private static final int CONNECTIONS = 2;
  private static final String SCRIPT =
      """
      function delay() return PAUSE end
      function done(summary, latency, requests)
        local e = summary.errors
        io.write(string.format("requests=%d connect=%d read=%d write=%d status=%d timeout=%d",
          summary.requests, e.connect, e.read, e.write, e.status, e.timeout))
      end
      """;
  private static final Pattern REPORT =
      Pattern.compile(
          "requests=(\\d+) connect=(\\d+) read=(\\d+) write=(\\d+) status=(\\d+) timeout=(\\d+)");

  private final Process process;
  private final Path output;

  private Wrk(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** What it counted; status is of answers that are neither 2xx nor 3xx. */
  record Report(long requests, long connect, long read, long write, long status, long timeout) {
    long failures() {
      return connect + read + write + status + timeout;
    }
  }

  /** Until it is stopped; the rate is per second. */
  static Wrk start(Path directory, int port, String host, int rate) throws IOException {
    Path script = Files.createTempFile(directory, "wrk-", ".lua");
    Path output = Files.createTempFile(directory, "wrk-", ".out");
    Files.writeString(script, SCRIPT.replace("PAUSE", "" + 1000 * CONNECTIONS / rate));
    Process process =
        new ProcessBuilder(
                "wrk",
                "--threads=1",
                "--connections=" + CONNECTIONS,
                "--duration=600s",
                "--timeout=10s",
                "--script=" + script,
                "--header=Host: " + host,
                "http://127.0.0.1:" + port + "/")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new Wrk(process, output);
  }

  /** SIGINT ends it early, once it has begun, with its report. */
  Report stop() throws IOException, InterruptedException {
    new Deadline(System::nanoTime).until("wrk has begun", Stage.SOON, this::heedsInterrupts);
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    process.waitFor();
    String text = Files.readString(output);
    Matcher report = REPORT.matcher(text);
    if (!report.find()) {
      throw new AssertionError("wrk ended with " + process.exitValue() + ": " + text);
    }
    return new Report(
        Long.parseLong(report.group(1)),
        Long.parseLong(report.group(2)),
        Long.parseLong(report.group(3)),
        Long.parseLong(report.group(4)),
        Long.parseLong(report.group(5)),
        Long.parseLong(report.group(6)));
  }

  private boolean heedsInterrupts() {
    return InstanceProcesses.read(process.pid(), "status")
        .lines()
        .filter(line -> line.startsWith("SigCgt:"))
        .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .anyMatch(caught -> (caught & 2) != 0);
  }
}

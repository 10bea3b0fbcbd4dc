package dev.berth.simulation.campaign;

import dev.berth.scheduler.blobs.BlobStore;
import dev.berth.simulation.run.Logging;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** {@code berth simulate --campaign}: one campaign, told minute by minute. */
public final class CampaignMain {
  /** What is simulated unless the options say otherwise. */
  public static final String USAGE =
      """
      berth simulate --campaign [--nodes N] [--instances N] [--tenants N] [--emergency] [--hours H] [--seed S]
        rolls a base version over a fleet (10000 nodes, 1000000 instances, 2000 tenants with mixed budgets)
        and tells each virtual minute how far it is and what it waits for; --emergency overrides the budgets.
        Stops after H virtual hours (6) though budgets hold some instances back for longer.
      """;

  private CampaignMain() {}

  /** The exit code. Throws IllegalArgumentException if the options are wrong. */
  public static int run(String[] options, PrintStream out) throws IOException {
    int nodes = 10_000;
    int instances = 1_000_000;
    int tenants = 2_000;
    double hours = 6;
    long seed = 1;
    boolean isEmergency = false;
    for (int at = 0; at < options.length; at++) {
      switch (options[at]) {
        case "--campaign" -> {}
        case "--emergency" -> isEmergency = true;
        case "--nodes" -> nodes = Integer.parseInt(value(options, ++at));
        case "--instances" -> instances = Integer.parseInt(value(options, ++at));
        case "--tenants" -> tenants = Integer.parseInt(value(options, ++at));
        case "--hours" -> hours = Double.parseDouble(value(options, ++at));
        case "--seed" -> seed = Long.parseLong(value(options, ++at));
        default -> throw new IllegalArgumentException(options[at] + " is no option");
      }
    }
    var longest = Duration.ofSeconds(Math.round(hours * 3600));
    var dimensions = new Dimensions(nodes, instances, tenants, isEmergency, longest);
    Logging.off();
    Path directory = Files.createTempDirectory("berth-campaign");
    try {
      BlobStore blobs = BlobStore.open(directory);
      LongSupplier cpu = ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime;
      long from = System.nanoTime();
      CampaignRun.Result result = new CampaignRun(seed, dimensions, blobs, out::println, cpu).run();
      print(result, Duration.ofNanos(System.nanoTime() - from), out);
      return result.violation().isPresent() ? 1 : 0;
    } finally {
      remove(directory);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static String value(String[] options, int at) {
    if (at >= options.length) {
      throw new IllegalArgumentException(options[at - 1] + " needs a value");
    }
    return options[at];
  }

  private static void print(CampaignRun.Result result, Duration real, PrintStream out) {
    result
        .violation()
        .ifPresent(violation -> {
          out.println("broken: " + violation.getMessage());
          if (violation.getCause() != null) {
            violation.getCause().printStackTrace(out);
          }
        });
    out.printf(
        "%,d of %,d moved in %s; the campaign %s; at most %,d replacements open%n",
        result.moved(),
        result.instances(),
        CampaignRun.words(result.time()),
        result
            .campaign()
            .map(time -> "was done in " + CampaignRun.words(time))
            .orElse("was not done"),
        result.mostOpen());
    out.printf(
        "moves over a budget: %,d; still waiting for %s%n", result.passedOver(), result.waiting());
    out.printf(
        "real time %d s, cpu time of the scheduler's loop %d s%n",
        real.toSeconds(), result.thinking().toSeconds());
  }
}

package dev.berth.simulation.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.simulation.campaign.CampaignMain;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code berth simulate}: runs so many seeds for so long each, and prints the first failure. */
public final class SimulateMain {
  private static final int TRIES = 150;
  private static final int LAST_LINES = 60;
  private static final String USAGE =
      """
      berth simulate --seeds N --hours H [--seed S] [--tide] [--json]
        runs the control plane under simulated faults: N seeds from S on (1), H virtual hours each.
        --tide: no faults, but nodes that come and go all the time; for long runs, such as 168 hours.
        A failure prints its seed, the smallest schedule that still fails, and what happened last.
        Exit codes: 0 no invariant was broken, 1 one was, 2 the command is wrong.
      """;

  private record Options(long first, int seeds, double hours, boolean tide, boolean json) {
    Duration length() {
      return Duration.ofSeconds(Math.round(hours * 3600));
    }
  }

  private SimulateMain() {}

  public static void main(String[] arguments) throws IOException {
    if (List.of(arguments).contains("--campaign")) {
      System.exit(campaign(arguments));
    }
    Optional<Options> options = options(arguments);
    if (options.isEmpty()) {
      System.err.print(USAGE + CampaignMain.USAGE);
      System.exit(2);
    }
    int code;
    try (var seeds = new Seeds(options.get().length())) {
      code = run(options.get(), seeds, System.out);
    }
    System.exit(code);
  }

  private static int campaign(String[] arguments) throws IOException {
    try {
      return CampaignMain.run(arguments, System.out);
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.err.print(CampaignMain.USAGE);
      return 2;
    }
  }

  private static Optional<Options> options(String[] arguments) {
    long first = 1;
    int seeds = 10;
    double hours = 1;
    boolean json = false;
    boolean tide = false;
    try {
      for (int at = 0; at < arguments.length; at++) {
        switch (arguments[at]) {
          case "--json" -> json = true;
          case "--tide" -> tide = true;
          case "--seeds" -> seeds = Integer.parseInt(arguments[++at]);
          case "--hours" -> hours = Double.parseDouble(arguments[++at]);
          case "--seed" -> first = Long.parseLong(arguments[++at]);
          default -> {
            return Optional.empty();
          }
        }
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException _) {
      return Optional.empty();
    }
    return seeds > 0 && hours > 0
        ? Optional.of(new Options(first, seeds, hours, tide, json))
        : Optional.empty();
  }

  private static int run(Options options, Seeds seeds, PrintStream out) throws IOException {
    long steps = 0;
    long accepted = 0;
    long micros = 0;
    for (int at = 0; at < options.seeds(); at++) {
      long seed = options.first() + at;
      Run.Result result = options.tide() ? seeds.tide(seed) : seeds.run(seed);
      steps += result.steps();
      accepted += result.accepted();
      micros += result.micros();
      if (result.violation().isPresent()) {
        Run.Result smallest =
            options.tide() ? result : Shrinking.of(result, fewer -> seeds.run(seed, fewer), TRIES);
        print(options, result, smallest, out);
        return 1;
      }
      if (!options.json()) {
        out.printf(
            "seed %d: %d acts, %d steps, %d commands, hash %016x: clean%n",
            seed, result.plan().acts().size(), result.steps(), result.accepted(), result.hash());
      }
    }
    double hours = micros / 3.6e9;
    if (options.json()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("seeds", options.seeds());
      fields.put("hours", hours);
      fields.put("steps", steps);
      fields.put("commands", accepted);
      fields.put("violation", null);
      out.println(new ObjectMapper().writeValueAsString(fields));
    } else {
      out.printf(
          "%d seeds, %.1f virtual hours, %d steps, %d commands: no invariant was broken%n",
          options.seeds(), hours, steps, accepted);
    }
    return 0;
  }

  private static void print(Options options, Run.Result found, Run.Result smallest, PrintStream out)
      throws IOException {
    var violation = smallest.violation().orElseThrow();
    if (options.json()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("seed", found.seed());
      fields.put("violation", violation.invariant());
      fields.put("message", violation.getMessage());
      fields.put("at", smallest.micros() / 1e6);
      fields.put("schedule", smallest.plan().acts());
      fields.put("last", smallest.lines());
      out.println(new ObjectMapper().writeValueAsString(fields));
      return;
    }
    out.printf("seed %d breaks %s%n", found.seed(), violation.getMessage());
    out.printf(
        "after %.3f s; %d of %d acts are enough:%n",
        smallest.micros() / 1e6, smallest.plan().acts().size(), found.plan().acts().size());
    smallest.plan().acts().forEach(act -> out.println("  " + act));
    out.println("what happened last:");
    int from = Math.max(0, smallest.lines().size() - LAST_LINES);
    smallest
        .lines()
        .subList(from, smallest.lines().size())
        .forEach(line -> out.println("  " + line));
    if (violation.getCause() != null) {
      violation.getCause().printStackTrace(out);
    }
    out.printf(
        "again: ./berth simulate --seeds 1 --seed %d --hours %s%s%n",
        found.seed(), options.hours(), options.tide() ? " --tide" : "");
  }
}

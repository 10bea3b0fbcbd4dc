package dev.berth.bench.million;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * The simulated agents as a process: {@code AgentsMain HOME AGENTS INSTANCES-A-NODE ADDRESSES}.
 * Obeys lines on its standard input, answers each with one line, and ends with the input.
 */
public final class AgentsMain {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private AgentsMain() {}

  @SuppressWarnings("SystemOut") // the answers go there
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    List<String> schedulers = List.of(arguments[3].split(",", -1));
    var random = new Random(1);
    AgentFleet fleet =
        AgentFleet.of(
            home,
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            schedulers,
            random);
    System.out.println("ready");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ", -1);
      System.out.println(
          switch (words[0]) {
            case "dial" -> {
              fleet.dial();
              yield "dialled";
            }
            case "linked" -> {
              long wanted = fleet.agents().size();
              yield until(words[1], () -> fleet.tally().linked.sum() >= wanted);
            }
            case "unlinked" -> until(words[1], () -> fleet.tally().linked.sum() == 0);
            case "running" -> {
              long wanted = Long.parseLong(words[2]);
              yield until(words[1], () -> fleet.tally().running.sum() >= wanted);
            }
            case "tally" -> fleet.tally().words();
            case "crash" -> {
              try (var crashes = crashes(fleet, home, words[1], random)) {
                yield joined(crashes.reported(Integer.parseInt(words[2])));
              }
            }
            case "restart" -> {
              try (var crashes = crashes(fleet, home, words[1], random)) {
                List<String> apps = new ArrayList<>(List.of(words).subList(5, words.length));
                yield joined(
                    crashes.restarted(
                        Integer.parseInt(words[2]), apps, words[3], Integer.parseInt(words[4])));
              }
            }
            default -> "unknown";
          });
    }
    System.exit(0);
  }

  private static Crashes crashes(AgentFleet fleet, Path home, String scheduler, Random random) {
    return new Crashes(
        fleet, home.resolve("identity").resolve("operator"), scheduler, System::nanoTime, random);
  }

  private static String joined(List<Long> micros) {
    return micros.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static String until(String seconds, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.parseLong(seconds));
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return "late";
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return "done";
  }
}

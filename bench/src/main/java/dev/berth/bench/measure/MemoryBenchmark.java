package dev.berth.bench.measure;

import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Resident memory of each of Berth's processes, idle and with a hundred instances. */
public final class MemoryBenchmark implements Benchmark {
  private static final int MANY = 100;
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Duration SETTLING = Duration.ofSeconds(10);
  private static final List<String> PROGRAMS = List.of("scheduler", "router-1", "node-1");

  private final Path home;
  private final Deadline deadline;

  public MemoryBenchmark(Path home, LongSupplier nanoTime) {
    this.home = home;
    this.deadline = new Deadline(nanoTime);
  }

  @Override
  public Report run() throws IOException {
    try (QuickApp app = QuickApp.deploy(home)) {
      app.api.scale(QuickApp.NAME, "web", 0);
      settle(app, 0);
      Map<String, Double> idle = resident(app);
      app.api.scale(QuickApp.NAME, "web", MANY, "nano");
      settle(app, MANY);
      Map<String, Double> busy = resident(app);
      List<Row> rows =
          busy.keySet().stream()
              .map(what ->
                  Row.of(what, "idle MiB", idle.getOrDefault(what, 0.0))
                      .and("100 inst. MiB", busy.getOrDefault(what, 0.0)))
              .toList();
      return new Report("memory", "resident set; the scheduler holds ZooKeeper", rows);
    }
  }

  private void settle(QuickApp app, int count) {
    deadline.until(
        count + " healthy instances",
        LIMIT,
        () -> {
          var all = app.api.instances(QuickApp.NAME);
          return all.getSettled() && all.getInstancesCount() == count;
        });
    boolean stayed =
        deadline.holdsFor(
            SETTLING, () -> app.api.instances(QuickApp.NAME).getInstancesCount() == count);
    if (!stayed) {
      throw new AssertionError("the number of instances changed by itself");
    }
  }

  private static Map<String, Double> resident(QuickApp app) {
    Map<String, Double> sizes = new LinkedHashMap<>();
    double sum = 0;
    for (String program : PROGRAMS) {
      double size = residentMib(app.cluster.program(program).orElseThrow().pid());
      sizes.put(program, size);
      sum += size;
    }
    sizes.put("together", sum);
    String state = app.cluster.stateDirectory().toString();
    double supervisor =
        InstanceProcesses.all()
            .filter(pid -> !isProgram(app, pid))
            .filter(pid -> InstanceProcesses.read(pid, "cmdline").contains(state))
            .filter(pid -> InstanceProcesses.read(pid, "comm").strip().equals("java"))
            .mapToDouble(MemoryBenchmark::residentMib)
            .sum();
    sizes.put("supervisor of berth up", supervisor);
    double shims =
        InstanceProcesses.all()
            .filter(pid -> InstanceProcesses.read(pid, "comm").strip().equals("conmon"))
            .filter(pid -> InstanceProcesses.read(pid, "cmdline").contains(state))
            .mapToDouble(MemoryBenchmark::residentMib)
            .sum();
    sizes.put("conmon of all instances", shims);
    return sizes;
  }

  private static boolean isProgram(QuickApp app, long pid) {
    return PROGRAMS.stream()
        .anyMatch(it -> app.cluster.program(it).filter(found -> found.pid() == pid).isPresent());
  }

  private static double residentMib(long pid) {
    return InstanceProcesses.read(pid, "status")
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
        .sum();
  }
}

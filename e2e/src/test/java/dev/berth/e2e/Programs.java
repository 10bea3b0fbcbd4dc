package dev.berth.e2e;

import dev.berth.bench.cluster.BerthCommand;
import dev.berth.bench.cluster.Deadline;
import dev.berth.identity.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The programs of one cluster of a test: their identities, their settings and their logs. */
final class Programs {
  static final String SCHEDULER = "dev.berth.scheduler.SchedulerMain";
  static final String ROUTER = "dev.berth.router.RouterMain";
  static final String AGENT = "dev.berth.agent.AgentMain";

  private final Path directory;
  private final String clusterId;

  Programs(Path directory, String clusterId) {
    Groundwork.begin();
    this.directory = directory;
    this.clusterId = clusterId;
  }

  void issue(String... names) throws IOException {
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));
    for (String name : names) {
      authority.issue(name, identity(name));
    }
  }

  Path identity(String name) {
    return directory.resolve("identity").resolve(name.replace(':', '-'));
  }

  /** What the settings of each have. */
  Map<String, String> common(String program, String identity) {
    Map<String, String> settings = new HashMap<>();
    settings.put("cluster.id", clusterId);
    settings.put("identity.directory", identity(identity).toString());
    settings.put("run.file", directory.resolve(program + ".json").toString());
    return settings;
  }

  ChildJvm start(
      String name, int heapMib, String main, Map<String, String> settings, String... before)
      throws IOException {
    return ChildJvm.start(log(name), heapMib, main, arguments(name, settings, before));
  }

  ChildJvm startIn(
      Machine machine,
      String name,
      int heapMib,
      String main,
      Map<String, String> settings,
      String... before)
      throws IOException {
    return ChildJvm.startIn(machine, log(name), heapMib, main, arguments(name, settings, before));
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private String[] arguments(String name, Map<String, String> settings, String... before)
      throws IOException {
    Path file = settings(name);
    Files.writeString(
        file,
        settings.entrySet().stream()
            .map(it -> it.getKey() + "=" + it.getValue())
            .collect(Collectors.joining("\n")));
    var arguments = new ArrayList<>(List.of(before));
    arguments.add(file.toString());
    return arguments.toArray(String[]::new);
  }

  /** What runs the operator's commands; the schedulers as host:port, between commas. */
  BerthCommand operator(String schedulers) {
    return new BerthCommand(
        Stage.home(),
        Map.of(
            "BERTH_API",
            schedulers,
            "BERTH_IDENTITY",
            identity("operator").toString(),
            "BERTH_NO_BUILD",
            "1",
            "LC_ALL",
            "C.UTF-8"));
  }

  /** Takes away what an agent that was killed has left on the host. */
  void sweep(String agent) {
    awaitSwept(
        ChildJvm.start(log("sweep-" + agent), 64, AGENT, "sweep", settings(agent).toString()));
  }

  /** The same where the agent's machine is one of its own; to be waited for. */
  ChildJvm startSweep(Machine machine, String agent) {
    return ChildJvm.startIn(
        machine, log("sweep-" + agent), 64, AGENT, "sweep", settings(agent).toString());
  }

  static void awaitSwept(ChildJvm sweep) {
    new Deadline(System::nanoTime)
        .until("the node is swept", Stage.SOON.multipliedBy(2), () -> !sweep.isAlive());
  }

  private Path settings(String name) {
    return directory.resolve(name + ".properties");
  }

  /** So that a failed run can be looked into. */
  void keepLogs(String name) throws IOException {
    Path kept = Stage.home().resolve(".berth-build/throwaway-log").resolve(name + "-" + clusterId);
    Files.createDirectories(kept);
    try (var files = Files.list(directory)) {
      for (Path log : files.filter(it -> it.toString().endsWith(".log")).toList()) {
        Files.copy(log, kept.resolve(log.getFileName()));
      }
    }
  }
}

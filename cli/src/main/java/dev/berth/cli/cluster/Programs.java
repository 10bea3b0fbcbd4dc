package dev.berth.cli.cluster;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which programs a cluster on one machine consists of, and the settings of each. */
final class Programs {
  private static final String SCHEDULER = "dev.berth.scheduler.SchedulerMain";
  private static final String ROUTER = "dev.berth.router.RouterMain";
  static final String AGENT = "dev.berth.agent.AgentMain";

  private Programs() {}

  /** In the order in which they are started; they are stopped in reverse. */
  static List<Program> of(ClusterFile cluster, StateDirectory state) {
    List<Program> programs = new ArrayList<>();
    programs.add(scheduler(cluster, state));
    programs.add(router(cluster, state));
    for (int number = 1; number <= cluster.subnets().size(); number++) {
      programs.add(agent(cluster, state, number));
    }
    return programs;
  }

  private static Program scheduler(ClusterFile cluster, StateDirectory state) {
    Map<String, String> settings = common(cluster, state, "scheduler", "scheduler");
    settings.put("cluster.domain", cluster.domain());
    settings.put("api.address", "127.0.0.1");
    settings.put("api.port", Integer.toString(cluster.apiPort()));
    settings.put("zookeeper.directory", state.root().resolve("scheduler/zookeeper").toString());
    settings.put("blobs.directory", state.root().resolve("scheduler/blobs").toString());
    return new Program("scheduler", SCHEDULER, List.of("-Xmx256m", "-Xmn32m"), List.of(), settings);
  }

  private static Program router(ClusterFile cluster, StateDirectory state) {
    Map<String, String> settings = common(cluster, state, "router-1", "router-1");
    settings.put("router.name", "router-1");
    settings.put("http.address", "0.0.0.0");
    settings.put("http.port", Integer.toString(cluster.httpPort()));
    settings.put("scheduler.address", "127.0.0.1:" + cluster.apiPort());
    settings.put("table.file", state.root().resolve("router-1/table").toString());
    return new Program(
        "router-1",
        ROUTER,
        List.of("-Xmx128m", "-Xmn24m", "-XX:MaxDirectMemorySize=128m"),
        List.of(),
        settings);
  }

  private static Program agent(ClusterFile cluster, StateDirectory state, int number) {
    String name = "node-" + number;
    Map<String, String> settings = common(cluster, state, name, name);
    settings.put("node.name", name);
    settings.put("node.number", Integer.toString(number));
    settings.put("scheduler.address", "127.0.0.1:" + cluster.apiPort());
    settings.put("state.directory", state.root().resolve("agents").resolve(name).toString());
    settings.put("network.subnet", cluster.subnets().get(number - 1));
    return new Program(
        name,
        AGENT,
        List.of("-Xmx96m", "-Xmn12m", "-XX:TieredStopAtLevel=1"),
        List.of("run"),
        settings);
  }

  private static Map<String, String> common(
      ClusterFile cluster, StateDirectory state, String program, String identity) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("cluster.id", cluster.id());
    settings.put("identity.directory", state.identity(identity).toString());
    settings.put("admin.port", "0");
    settings.put("run.file", state.runFile(program).toString());
    return settings;
  }

  /**
   * Nodes on one machine share its memory evenly; a node alone measures it by itself.
   *
   * @param hostMib what the machine has, less a reserve for itself
   */
  static List<Program> sharingMemory(List<Program> programs, long hostMib) {
    long nodes = programs.stream().filter(Program::isNode).count();
    return nodes < 2
        ? programs
        : programs.stream()
            .map(it -> it.isNode() ? it.with("capacity.memory-mib", hostMib / nodes) : it)
            .toList();
  }

  static void writeSettings(List<Program> programs, StateDirectory state) {
    for (Program program : programs) {
      ClusterFile.writeWhole(state.settings(program.name()), text(program.settings()));
    }
  }

  private static String text(Map<String, String> settings) {
    Properties properties = new Properties();
    properties.putAll(settings);
    StringWriter text = new StringWriter();
    try {
      properties.store(text, null);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .sorted()
        .collect(Collectors.joining("\n", "", "\n"));
  }
}

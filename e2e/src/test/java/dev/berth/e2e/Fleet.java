package dev.berth.e2e;

import dev.berth.bench.cluster.BaseImages;
import dev.berth.bench.cluster.BerthCommand;
import dev.berth.bench.cluster.Cluster;
import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.proto.v1.ListNodesRequest;
import dev.berth.proto.v1.Node;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A cluster with a machine of its own for each node; scheduler and router are on the host, and
 * reach nodes and instances by the network alone.
 *
 * <p>Is taken down when it is closed, and when the JVM ends before that. Needs root. Nodes are
 * added by one thread.
 */
final class Fleet implements Cluster {
  static final int MOST_NODES = 4;
  private static final Duration LONG = Stage.SOON.multipliedBy(2);
  private static final int NODE_MIB = 3072;

  private final String id = "%06x".formatted(ThreadLocalRandom.current().nextInt(1 << 24));
  private final Path directory;
  private final Programs programs;
  private final BerthCommand berth;
  private final int apiPort = ControlPlane.freePort();
  private final int httpPort = ControlPlane.freePort();
  private final List<Machine> machines = new ArrayList<>();
  private final List<ChildJvm> running = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread hook = new Thread(this::takeDown);

  private Fleet() throws IOException {
    directory = Files.createTempDirectory("berth-fleet-");
    programs = new Programs(directory, id);
    berth = programs.operator("127.0.0.1:" + apiPort);
  }

  /** With nodes that are ready and verified. */
  static Fleet start(int nodes) throws IOException {
    var fleet = new Fleet();
    Runtime.getRuntime().addShutdownHook(fleet.hook);
    try {
      fleet.up(nodes);
      return fleet;
    } catch (IOException | RuntimeException | Error failure) {
      fleet.close();
      throw failure;
    }
  }

  private void up(int nodes) throws IOException {
    var names = new ArrayList<>(List.of("scheduler", "operator", "router:router-1"));
    for (int node = 1; node <= MOST_NODES; node++) {
      names.add("agent:node-" + node);
    }
    programs.issue(names.toArray(String[]::new));
    startScheduler();
    startRouter();
    for (int node = 1; node <= nodes; node++) {
      startNode();
    }
    awaitNodes();
  }

  private void startScheduler() throws IOException {
    Map<String, String> settings = programs.common("scheduler", "scheduler");
    settings.put("cluster.domain", "localhost");
    settings.put("api.address", "0.0.0.0");
    settings.put("api.port", Integer.toString(apiPort));
    settings.put("zookeeper.directory", directory.resolve("zookeeper").toString());
    settings.put("blobs.directory", directory.resolve("blobs").toString());
    running.add(programs.start("scheduler", 192, Programs.SCHEDULER, settings));
  }

  private void startRouter() throws IOException {
    Map<String, String> settings = programs.common("router", "router:router-1");
    settings.put("router.name", "router-1");
    settings.put("http.port", Integer.toString(httpPort));
    settings.put("scheduler.address", "127.0.0.1:" + apiPort);
    settings.put("table.file", directory.resolve("table").toString());
    running.add(programs.start("router", 128, Programs.ROUTER, settings));
  }

  private void startNode() throws IOException {
    int number = machines.size() + 1;
    String name = "node-" + number;
    int fleet = Integer.parseInt(id, 16);
    var machine = new Machine((fleet + number) % (1 << 24), 1);
    machines.add(machine);
    // All of one fleet in one /24, of networks that `berth up` never takes.
    String subnet =
        "10.%d.%d.%d/26".formatted(112 + fleet / 256 % 16, fleet % 256, (number - 1) * 64);
    machine.lead(subnet);
    Map<String, String> settings = programs.common(name, "agent:" + name);
    settings.put("node.name", name);
    settings.put("node.number", Integer.toString(number));
    settings.put("scheduler.address", machine.hostAddress(0) + ":" + apiPort);
    settings.put("state.directory", directory.resolve(name).toString());
    settings.put("network.subnet", subnet);
    settings.put("network.routers", machine.hostAddress(0) + "/32");
    settings.put("capacity.memory-mib", Integer.toString(NODE_MIB));
    running.add(programs.startIn(machine, name, 96, Programs.AGENT, settings, "run"));
  }

  /** One machine more, with a node that is ready and verified; its name. */
  String addNode() {
    try {
      startNode();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    awaitNodes();
    return "node-" + machines.size();
  }

  private void awaitNodes() {
    try (ClusterApi api = api()) {
      new Deadline(System::nanoTime)
          .until(
              machines.size() + " nodes that are ready and verified",
              LONG,
              () -> verified(api) == machines.size());
    }
  }

  private static long verified(ClusterApi api) {
    try {
      return api.nodes().listNodes(ListNodesRequest.getDefaultInstance()).getNodesList().stream()
          .filter(it -> it.getPhase() == Node.Phase.READY)
          .filter(it -> it.getVerifiedAt() > 0 && it.getFailedChecksCount() == 0)
          .count();
    } catch (StatusRuntimeException nobodyLeadsYet) {
      return 0;
    }
  }

  @Override
  public Path scratch() {
    return directory;
  }

  @Override
  public int httpPort() {
    return httpPort;
  }

  @Override
  public BerthCommand.Outcome berth(String... arguments) {
    return berth.done(ControlPlane.LONGEST_COMMAND, arguments);
  }

  @Override
  public BerthCommand.Outcome tryBerth(String... arguments) {
    return berth.run(ControlPlane.LONGEST_COMMAND, arguments);
  }

  @Override
  public ClusterApi api() {
    return ClusterApi.connect(programs.identity("operator"), apiPort);
  }

  @Override
  public InstanceProcesses processes() {
    return new InstanceProcesses(id);
  }

  @Override
  public void publishBase(String line) {
    berth("bases", "publish", line, BaseImages.image(Stage.home(), line).toString());
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Runtime.getRuntime().removeShutdownHook(hook);
      clear();
    }
  }

  private void takeDown() {
    if (closed.compareAndSet(false, true)) {
      clear();
    }
  }

  private void clear() {
    running.forEach(ChildJvm::kill);
    List<ChildJvm> sweeps = new ArrayList<>();
    for (int number = 1; number <= machines.size(); number++) {
      sweeps.add(programs.startSweep(machines.get(number - 1), "node-" + number));
    }
    sweeps.forEach(Programs::awaitSwept);
    machines.forEach(Machine::close);
    try {
      programs.keepLogs("fleet");
      for (ChildJvm sweep : sweeps) {
        if (sweep.exit() != 0) {
          throw new AssertionError("a node left something behind: see " + directory);
        }
      }
      try (var left = Files.walk(directory)) {
        for (Path path : left.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException("files stay behind in " + directory, failure);
    }
  }
}

package dev.berth.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.bench.cluster.BaseImages;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.bench.load.HttpConnection;
import dev.berth.identity.CertificateAuthority;
import dev.berth.identity.Identity;
import dev.berth.proto.v1.AppName;
import dev.berth.proto.v1.AppServiceGrpc;
import dev.berth.proto.v1.ClusterServiceGrpc;
import dev.berth.proto.v1.ClusterStatus;
import dev.berth.proto.v1.GetStatusRequest;
import dev.berth.proto.v1.Instance;
import dev.berth.proto.v1.ListInstancesRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * An ensemble, two schedulers, an agent and a router: each a process of its own, without anybody
 * who would start one again.
 */
final class ControlPlane implements AutoCloseable {
  static final String SHOP = "acme/shop";
  private static final int SCHEDULERS = 2;

  final Ensemble ensemble;
  final List<ChildJvm> schedulers = new ArrayList<>();
  final ChildJvm agent;
  final ChildJvm router;
  final Deadline deadline = new Deadline(System::nanoTime);
  final InstanceProcesses processes;
  private final Path directory;
  private final String id = "%06x".formatted(ThreadLocalRandom.current().nextInt(1 << 24));
  private final List<Integer> apiPorts = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final int httpPort = freePort();

  ControlPlane(Path directory) throws IOException {
    this.directory = directory;
    this.processes = new InstanceProcesses(id);
    CertificateAuthority authority = CertificateAuthority.create(directory.resolve("ca"));
    for (String name : List.of("scheduler", "operator", "agent:node-1", "router:router-1")) {
      authority.issue(name, identity(name));
    }
    ensemble = Ensemble.start(directory);
    for (int number = 0; number < SCHEDULERS; number++) {
      apiPorts.add(freePort());
      channels.add(
          NettyChannelBuilder.forAddress(
                  "127.0.0.1",
                  apiPorts.get(number),
                  Identity.load(identity("operator")).channelCredentials())
              .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
              .build());
      schedulers.add(
          program(
              "scheduler-" + number, 160, "dev.berth.scheduler.SchedulerMain", scheduler(number)));
    }
    router = program("router", 96, "dev.berth.router.RouterMain", router());
    agent = program("agent", 96, "dev.berth.agent.AgentMain", agentSettings(), "run");
  }

  // --- what the tests say about it

  /** Two instances of an app that answers. */
  void deployShop() {
    awaitLeader();
    berth("bases", "publish", "busybox", BaseImages.image(Stage.home(), "busybox").toString());
    berth("tenants", "create", "acme");
    berth("apps", "create", SHOP, "--base", "busybox");
    berth("deploy", Stage.testApp("quick").toString(), "-a", SHOP);
    berth("scale", "-a", SHOP, "web=2");
  }

  /** Everything runs again, whatever a test has done to it. */
  void restore() {
    ensemble.ensureAll();
    schedulers.forEach(ChildJvm::ensure);
    router.ensure();
    agent.ensure();
    awaitLeader();
    berth("scale", "-a", SHOP, "web=2");
    awaitSettled(2);
  }

  void awaitSettled(int count) {
    deadline.until(
        "both schedulers, one leading, and " + count + " healthy instances",
        Stage.SOON.multipliedBy(2),
        () -> isUp() && running() == count && processes.ofApp(SHOP).size() == count);
  }

  private boolean isUp() {
    return leader().isPresent() && status(1 - leader().orElseThrow()).isEmpty();
  }

  private long running() {
    return leader()
        .map(this::instances)
        .map(all -> all.stream().filter(it -> it.getPhase() == Instance.Phase.RUNNING).count())
        .orElse(0L);
  }

  /** Which scheduler leads, 0 or 1. */
  int awaitLeader() {
    return deadline.find("a leader", Stage.SOON.multipliedBy(2), this::leader);
  }

  Optional<Integer> leader() {
    for (int number = 0; number < SCHEDULERS; number++) {
      if (status(number).isPresent()) {
        return Optional.of(number);
      }
    }
    return Optional.empty();
  }

  /** What a scheduler answers as the leader; empty from one that does not lead or is not there. */
  Optional<ClusterStatus> status(int scheduler) {
    try {
      ManagedChannel channel = channels.get(scheduler);
      channel.resetConnectBackoff();
      return Optional.of(
          ClusterServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(500, TimeUnit.MILLISECONDS)
              .getStatus(GetStatusRequest.getDefaultInstance()));
    } catch (StatusRuntimeException elsewhere) {
      return Optional.empty();
    }
  }

  ManagedChannel channel(int scheduler) {
    return channels.get(scheduler);
  }

  String address(int scheduler) {
    return "127.0.0.1:" + apiPorts.get(scheduler);
  }

  List<Instance> instances(int scheduler) {
    try {
      return AppServiceGrpc.newBlockingStub(channels.get(scheduler))
          .withDeadlineAfter(2, TimeUnit.SECONDS)
          .listInstances(ListInstancesRequest.newBuilder().setName(shop()).build())
          .getInstancesList();
    } catch (StatusRuntimeException elsewhere) {
      return List.of();
    }
  }

  Instance instance(String processType, int index) {
    return instances(awaitLeader()).stream()
        .filter(it -> it.getProcessType().equals(processType) && it.getIndex() == index)
        .findFirst()
        .orElseThrow();
  }

  /** Whether something listens where the instance is; a placement keeps its address. */
  static boolean listens(Instance instance) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(instance.getAddress(), instance.getPort()), 500);
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** By the agent's own record of that start. */
  boolean isVerified(Instance instance, int incarnation) {
    Path record = directory.resolve("node/placements").resolve(instance.getPlacementId() + ".json");
    try {
      JsonNode entry = new ObjectMapper().readTree(record.toFile());
      return entry.path("phase").asText().equals("STARTED")
          && entry.path("incarnation").asInt() >= incarnation;
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static AppName shop() {
    return AppName.newBuilder().setTenant("acme").setApp("shop").build();
  }

  /** Whether the router sends a request to a healthy instance. */
  boolean answers() {
    try {
      return HttpConnection.get(httpPort, "shop.acme.localhost", "/", Stage.SOON).status() == 200;
    } catch (IOException away) {
      return false;
    }
  }

  /** The command with the addresses of both schedulers. */
  void berth(String... arguments) {
    try {
      Path log = Files.createTempFile(directory, "berth-", ".log");
      var command = new ArrayList<String>();
      command.addAll(List.of(System.getProperty("java.home") + "/bin/java"));
      command.addAll(
          List.of("-XX:TieredStopAtLevel=1", "--sun-misc-unsafe-memory-access=allow", "-cp"));
      command.add(System.getProperty("java.class.path"));
      command.add("dev.berth.cli.BerthMain");
      command.addAll(List.of(arguments));
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("BERTH_API", address(0) + "," + address(1));
      builder.environment().put("BERTH_IDENTITY", identity("operator").toString());
      Process process = builder.redirectOutput(log.toFile()).start();
      if (!process.waitFor(90, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(
            "berth " + String.join(" ", arguments) + " failed:\n" + Files.readString(log));
      }
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  // --- settings

  private Map<String, String> scheduler(int number) throws IOException {
    Map<String, String> settings = common("scheduler-" + number, "scheduler");
    settings.put("cluster.domain", "localhost");
    settings.put("cluster.base-line", "busybox");
    settings.put("api.port", Integer.toString(apiPorts.get(number)));
    settings.put("zookeeper.connect", ensemble.connectString());
    settings.put("zookeeper.directory", directory.resolve("secret").toString());
    settings.put("blobs.directory", directory.resolve("blobs").toString());
    return settings;
  }

  private Map<String, String> router() {
    Map<String, String> settings = common("router", "router:router-1");
    settings.put("router.name", "router-1");
    settings.put("http.port", Integer.toString(httpPort));
    settings.put("scheduler.address", address(0) + "," + address(1));
    settings.put("table.file", directory.resolve("table").toString());
    return settings;
  }

  private Map<String, String> agentSettings() {
    Map<String, String> settings = common("agent", "agent:node-1");
    settings.put("node.name", "node-1");
    settings.put("scheduler.address", address(0) + "," + address(1));
    settings.put("state.directory", directory.resolve("node").toString());
    int place = Integer.parseInt(id, 16) % (7 * 256 * 16);
    settings.put(
        "network.subnet",
        "10.%d.%d.%d/28".formatted(88 + place / 4096, place / 16 % 256, place % 16 * 16));
    return settings;
  }

  private Map<String, String> common(String program, String identity) {
    Map<String, String> settings = new HashMap<>();
    settings.put("cluster.id", id);
    settings.put("identity.directory", identity(identity).toString());
    settings.put("run.file", directory.resolve(program + ".json").toString());
    return settings;
  }

  private ChildJvm program(
      String name, int heapMib, String main, Map<String, String> settings, String... before)
      throws IOException {
    Path file = directory.resolve(name + ".properties");
    Files.writeString(
        file,
        settings.entrySet().stream()
            .map(it -> it.getKey() + "=" + it.getValue())
            .collect(Collectors.joining("\n")));
    var arguments = new ArrayList<>(List.of(before));
    arguments.add(file.toString());
    return ChildJvm.start(
        directory.resolve(name + ".log"), heapMib, main, arguments.toArray(String[]::new));
  }

  private Path identity(String name) {
    return directory.resolve("identity").resolve(name.replace(':', '-'));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    channels.forEach(ManagedChannel::shutdownNow);
    schedulers.forEach(ChildJvm::kill);
    router.kill();
    agent.kill();
    ensemble.close();
    var sweep =
        ChildJvm.start(
            directory.resolve("sweep.log"),
            64,
            "dev.berth.agent.AgentMain",
            "sweep",
            directory.resolve("agent.properties").toString());
    deadline.until("the node is swept", Stage.SOON.multipliedBy(2), () -> !sweep.isAlive());
    keepLogs();
  }

  /** So that a failed run can be looked into. */
  private void keepLogs() throws IOException {
    Path kept = Stage.home().resolve(".berth-build/throwaway-log/control-plane-" + id);
    Files.createDirectories(kept);
    try (var files = Files.list(directory)) {
      for (Path log : files.filter(it -> it.toString().endsWith(".log")).toList()) {
        Files.copy(log, kept.resolve(log.getFileName()));
      }
    }
  }
}

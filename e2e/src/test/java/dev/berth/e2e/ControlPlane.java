package dev.berth.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.berth.bench.cluster.BaseImages;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.bench.load.HttpConnection;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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

  /** The first of all may have to archive the classes that commands start from. */
  static final Duration LONGEST_COMMAND = Duration.ofMinutes(5);

  final Ensemble ensemble;
  final List<ChildJvm> schedulers = new ArrayList<>();
  final ChildJvm agent;
  final ChildJvm router;
  final Deadline deadline = new Deadline(System::nanoTime);
  final InstanceProcesses processes;
  private final Path directory;
  private final Programs programs;
  private final String id = "%06x".formatted(ThreadLocalRandom.current().nextInt(1 << 24));
  private final List<Integer> apiPorts = new ArrayList<>();
  private final List<List<Valve>> ways = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final int httpPort = freePort();

  ControlPlane(Path directory) throws IOException {
    this.directory = directory;
    this.programs = new Programs(directory, id);
    this.processes = new InstanceProcesses(id);
    programs.issue("scheduler", "operator", "agent:node-1", "router:router-1");
    ensemble = Ensemble.start(directory);
    for (int number = 0; number < SCHEDULERS; number++) {
      apiPorts.add(freePort());
      ways.add(toEach(ensemble.clientPorts()));
      channels.add(
          NettyChannelBuilder.forAddress(
                  "127.0.0.1",
                  apiPorts.get(number),
                  Identity.load(programs.identity("operator")).channelCredentials())
              .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
              .build());
      schedulers.add(
          programs.start("scheduler-" + number, 160, Programs.SCHEDULER, scheduler(number)));
    }
    router = programs.start("router", 96, Programs.ROUTER, router());
    agent = programs.start("agent", 96, Programs.AGENT, agentSettings(), "run");
  }

  private static List<Valve> toEach(List<Integer> ports) throws IOException {
    var valves = new ArrayList<Valve>();
    for (int port : ports) {
      valves.add(new Valve(port));
    }
    return valves;
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
    ways.forEach(way -> way.forEach(Valve::open));
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

  /** From here on, what this scheduler and the ensemble send each other is held back. */
  void cutFromStore(int scheduler) {
    ways.get(scheduler).forEach(Valve::shut);
  }

  /** What was held back arrives. */
  void mendToStore(int scheduler) {
    ways.get(scheduler).forEach(Valve::open);
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
    programs.operator(address(0) + "," + address(1)).done(LONGEST_COMMAND, arguments);
  }

  // --- settings

  private Map<String, String> scheduler(int number) throws IOException {
    Map<String, String> settings = programs.common("scheduler-" + number, "scheduler");
    settings.put("cluster.domain", "localhost");
    settings.put("cluster.base-line", "busybox");
    settings.put("api.port", Integer.toString(apiPorts.get(number)));
    settings.put(
        "zookeeper.connect",
        ways.get(number).stream()
            .map(way -> "127.0.0.1:" + way.port())
            .collect(Collectors.joining(",")));
    settings.put("zookeeper.directory", directory.resolve("secret").toString());
    settings.put("blobs.directory", directory.resolve("blobs").toString());
    return settings;
  }

  private Map<String, String> router() {
    Map<String, String> settings = programs.common("router", "router:router-1");
    settings.put("router.name", "router-1");
    settings.put("http.port", Integer.toString(httpPort));
    settings.put("scheduler.address", address(0) + "," + address(1));
    settings.put("table.file", directory.resolve("table").toString());
    return settings;
  }

  private Map<String, String> agentSettings() {
    Map<String, String> settings = programs.common("agent", "agent:node-1");
    settings.put("node.name", "node-1");
    settings.put("scheduler.address", address(0) + "," + address(1));
    settings.put("state.directory", directory.resolve("node").toString());
    int place = Integer.parseInt(id, 16) % (7 * 256 * 16);
    settings.put(
        "network.subnet",
        "10.%d.%d.%d/28".formatted(88 + place / 4096, place / 16 % 256, place % 16 * 16));
    return settings;
  }

  static int freePort() throws IOException {
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
    for (Valve way : ways.stream().flatMap(List::stream).toList()) {
      way.close();
    }
    programs.sweep("agent");
    programs.keepLogs("control-plane");
  }
}

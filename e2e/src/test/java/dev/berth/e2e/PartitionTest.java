package dev.berth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.bench.cluster.BaseImages;
import dev.berth.bench.cluster.Deadline;
import dev.berth.bench.cluster.InstanceProcesses;
import dev.berth.bench.load.LoadReport;
import dev.berth.bench.load.SteadyLoad;
import dev.berth.identity.Identity;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A scheduler in a network of its own, which one of two nodes loses sight of. */
@Tag("cluster")
@Tag("root")
class PartitionTest {
  private static final int NODES = 2;
  private static final int CUT_OFF = 1;
  private static final int RATE = 100;
  private static final Duration LONG = Stage.SOON.multipliedBy(2);

  @TempDir private static Path directory;
  private static final String ID = "%06x".formatted(ThreadLocalRandom.current().nextInt(1 << 24));
  private static final Deadline DEADLINE = new Deadline(System::nanoTime);
  private static final InstanceProcesses PROCESSES = new InstanceProcesses(ID);

  private static final List<ChildJvm> PROGRAMS = new ArrayList<>();
  private static Machine apart;
  private static Programs programs;
  private static ManagedChannel channel;
  private static String api;
  private static int httpPort;

  @BeforeAll
  static void anAppOnTwoNodes() throws Exception {
    apart = new Machine(Integer.parseInt(ID, 16), 2);
    programs = new Programs(directory, ID);
    programs.issue("scheduler", "operator", "agent:node-1", "agent:node-2", "router:router-1");
    int port = ControlPlane.freePort();
    httpPort = ControlPlane.freePort();
    api = apart.address(0) + ":" + port;
    channel =
        NettyChannelBuilder.forAddress(
                apart.address(0),
                port,
                Identity.load(programs.identity("operator")).channelCredentials())
            .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
            .build();
    startScheduler(port);
    startRouter();
    for (int node = 1; node <= NODES; node++) {
      startAgent(node, apart.address(node == CUT_OFF ? 1 : 0) + ":" + port);
    }
    DEADLINE.until(
        "two nodes that are ready and verified",
        LONG,
        () -> status().getNodesReady() == NODES && status().getNodesUnverified() == 0);
    deploy();
  }

  private static void startScheduler(int port) throws IOException {
    Map<String, String> settings = programs.common("scheduler", "scheduler");
    settings.put("cluster.base-line", "busybox");
    settings.put("api.address", "0.0.0.0");
    settings.put("api.port", Integer.toString(port));
    settings.put("zookeeper.directory", directory.resolve("zookeeper").toString());
    settings.put("blobs.directory", directory.resolve("blobs").toString());
    settings.put("nodes.suspect-after", "6s");
    settings.put("nodes.unreachable-after", "9s");
    settings.put("nodes.lost-after", "12s");
    PROGRAMS.add(programs.startIn(apart, "scheduler", 160, Programs.SCHEDULER, settings));
  }

  private static void startRouter() throws IOException {
    Map<String, String> settings = programs.common("router", "router:router-1");
    settings.put("router.name", "router-1");
    settings.put("http.port", Integer.toString(httpPort));
    settings.put("scheduler.address", api);
    settings.put("table.file", directory.resolve("table").toString());
    PROGRAMS.add(programs.start("router", 96, Programs.ROUTER, settings));
  }

  private static void startAgent(int node, String schedulerAddress) throws IOException {
    String name = "node-" + node;
    Map<String, String> settings = programs.common(name, "agent:" + name);
    settings.put("node.name", name);
    settings.put("node.number", Integer.toString(node));
    settings.put("node.labels", "place=" + name);
    settings.put("scheduler.address", schedulerAddress);
    settings.put("state.directory", directory.resolve(name).toString());
    int place = Integer.parseInt(ID, 16) % (7 * 256 * 8) * NODES + node - 1;
    settings.put(
        "network.subnet",
        "10.%d.%d.%d/28".formatted(88 + place / 4096, place / 16 % 256, place % 16 * 16));
    PROGRAMS.add(programs.start(name, 96, Programs.AGENT, settings, "run"));
  }

  /** One web on each node; idle is where the network will be cut, and may be nowhere else. */
  private static void deploy() {
    berth("bases", "publish", "busybox", BaseImages.image(Stage.home(), "busybox").toString());
    berth("tenants", "create", "acme");
    berth("apps", "create", ControlPlane.SHOP);
    berth("deploy", Stage.testApp("quick").toString(), "-a", ControlPlane.SHOP);
    berth("scale", "-a", ControlPlane.SHOP, "web=2");
    berth("scale", "-a", ControlPlane.SHOP, "idle=1", "--where", "place=node-" + CUT_OFF);
    DEADLINE.until(
        "an instance on each node",
        LONG,
        () -> on(1, "web").size() == 1 && on(2, "web").size() == 1 && on(1, "idle").size() == 1);
  }

  @AfterAll
  static void takeDown() throws Exception {
    if (channel != null) {
      channel.shutdownNow();
    }
    PROGRAMS.forEach(ChildJvm::kill);
    for (int node = 1; node <= NODES; node++) {
      if (Files.exists(directory.resolve("node-" + node + ".properties"))) {
        programs.sweep("node-" + node);
      }
    }
    if (apart != null) {
      apart.close();
      programs.keepLogs("partition");
    }
  }

  @Test
  void aNodeThatIsCutOffServesOnIsReplacedAndKeepsWhatIsWantedWhenItIsBack() throws Exception {
    long idle = PROCESSES.first(ControlPlane.SHOP, "idle.1").orElseThrow();
    long inSight = pid(on(2, "web").getFirst());
    Instance cutOff = on(CUT_OFF, "web").getFirst();
    List<Long> before = PROCESSES.ofApp(ControlPlane.SHOP);
    SteadyLoad load =
        SteadyLoad.start(httpPort, "shop.acme.localhost", "/", RATE, 4, System::nanoTime);

    apart.cut(1);
    Duration replaced =
        DEADLINE.until(
            "two webs on the node in sight, and none known elsewhere",
            LONG,
            () ->
                status().getNodesReady() == 1
                    && on(2, "web").size() == 2
                    && on(CUT_OFF, "web").isEmpty());

    System.out.println("replaced " + replaced.toMillis() + " ms after the cut");
    assertThat(PROCESSES.ofApp(ControlPlane.SHOP)).hasSize(4).containsAll(before);
    assertThat(ControlPlane.listens(cutOff)).isTrue();

    apart.mend(1);
    DEADLINE.until(
        "both nodes, two webs, the idle one, and nothing else",
        LONG,
        () ->
            status().getNodesReady() == NODES
                && PROCESSES.ofApp(ControlPlane.SHOP).size() == 3
                && on(1, "web").size() + on(2, "web").size() == 2
                && on(CUT_OFF, "idle").size() == 1);

    assertThat(PROCESSES.ofApp(ControlPlane.SHOP)).contains(idle, inSight);
    LoadReport report = load.stop();
    assertThat(report.answers()).isGreaterThan(RATE);
    assertThat(report.failures()).as(report.toString()).isEmpty();
  }

  private static long pid(Instance instance) {
    String name = instance.getProcessType() + "." + instance.getIndex();
    return PROCESSES.first(ControlPlane.SHOP, name).orElseThrow();
  }

  /** The healthy instances of a process type that are placed there. */
  private static List<Instance> on(int node, String processType) {
    try {
      return AppServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(2, TimeUnit.SECONDS)
          .listInstances(ListInstancesRequest.newBuilder().setName(ControlPlane.shop()).build())
          .getInstancesList()
          .stream()
          .filter(it -> it.getNode().equals("node-" + node))
          .filter(it -> it.getProcessType().equals(processType))
          .filter(it -> it.getPhase() == Instance.Phase.RUNNING)
          .toList();
    } catch (StatusRuntimeException busy) {
      return List.of();
    }
  }

  private static ClusterStatus status() {
    try {
      channel.resetConnectBackoff();
      return ClusterServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(2, TimeUnit.SECONDS)
          .getStatus(GetStatusRequest.getDefaultInstance());
    } catch (StatusRuntimeException notYet) {
      return ClusterStatus.getDefaultInstance();
    }
  }

  private static void berth(String... arguments) {
    programs.operator(api).done(ControlPlane.LONGEST_COMMAND, arguments);
  }
}

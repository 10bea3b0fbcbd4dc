package dev.berth.agent;

import static dev.berth.agent.order.SampleOrders.ofCommand;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import dev.berth.agent.link.BlobFetcher;
import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.HealthCheck.Timing;
import dev.berth.agent.order.Order;
import dev.berth.agent.order.Target;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.sweep.Sweep;
import dev.berth.agent.verify.FakeVerifier;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.LogsWanted;
import dev.berth.settings.Settings;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent over real containers, with a scheduler inside this process. */
@Tag("root")
@Timeout(120)
class RealHostTest {
  private static final RandomGenerator RANDOM = RandomGenerator.getDefault();
  private final String unique = "%06x".formatted(RANDOM.nextInt(1 << 24));
  private final FakeScheduler scheduler = new FakeScheduler();
  private final AtomicReference<Throwable> fault = new AtomicReference<>();
  @TempDir private Path directory;
  private SquashedImages images;
  private AgentSettings settings;
  private Server server;
  private ManagedChannel channel;
  private ContainerHost host;
  private Agent agent;

  @BeforeEach
  void start() throws Exception {
    images = SquashedImages.make(directory.resolve("images"), scheduler);
    String subnet = "10.201." + RANDOM.nextInt(1, 255) + ".0/24";
    settings =
        AgentSettings.read(
            Settings.of(
                Map.of(
                    "cluster.id",
                    unique,
                    "node.name",
                    "node-1",
                    "scheduler.address",
                    "127.0.0.1:1",
                    "identity.directory",
                    directory.toString(),
                    "state.directory",
                    directory.resolve("state").toString(),
                    "network.subnet",
                    subnet,
                    "run.file",
                    directory.resolve("run.json").toString(),
                    "counters.interval",
                    "100ms")));
    scheduler.leadCluster(unique);
    server = InProcessServerBuilder.forName(unique).addService(scheduler).build().start();
    channel = InProcessChannelBuilder.forName(unique).directExecutor().build();
    startAgent();
  }

  @AfterEach
  void stopAll() {
    stopAgent();
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(Sweep.run(settings.host())).isEmpty();
    assertThat(fault.get()).isNull();
  }

  @Test
  void anInstanceLivesThroughACrashARestartOfTheAgentAndAStop() throws Exception {
    String command = "httpd -f -p $PORT -h /app -r " + unique;
    Order web = order(1, command, new HealthCheck.Tcp(Timing.DEFAULT));
    scheduler.want(1, 2, web);
    scheduler.await("running", it -> it.isRunning(1, 1));

    processOf(command.replace("$PORT", "5000")).destroyForcibly();
    scheduler.await("running again", it -> it.isRunning(1, 2));
    long pid = processOf(command.replace("$PORT", "5000")).pid();

    stopAgent();
    startAgent();
    scheduler.await("told again", it -> it.hellos() == 2);
    scheduler.await("adopted", it -> it.isRunning(1, 2));
    assertThat(processOf(command.replace("$PORT", "5000")).pid()).isEqualTo(pid);

    scheduler.want(1, 3, order(1, command, Target.STOP, new HealthCheck.ProcessRuns()));
    scheduler.await("stopped", it -> it.status(1).orElseThrow().hasStopped());
    assertThat(findProcess(command.replace("$PORT", "5000"))).isEmpty();
  }

  @Test
  void hogsAreReportedAsWhatTheyAre() {
    Order memory = order(1, "tail /dev/zero", new HealthCheck.ProcessRuns());
    String bomb = "b() { b | b & }; while true; do b; sleep 1; done";
    Order pids = order(2, bomb, new HealthCheck.ProcessRuns());
    scheduler.want(1, 2, memory, pids);

    scheduler.await("out of memory", it -> told(it, 1, "instance.oom-killed"));
    scheduler.await("too many processes", it -> told(it, 2, "instance.pids-limit"));
  }

  @Test
  void theLastWordsOfACrashedInstanceCanBeRead() {
    scheduler.want(
        1, 2, order(1, "echo farewell; sleep 0.2; exit 3", new HealthCheck.ProcessRuns()));
    scheduler.await("crashed", it -> told(it, 1, "instance.exited"));

    scheduler.wantLogs(
        LogsWanted.newBuilder().setStreamId(1).addPlacementIds(1).setTail(50).build());

    scheduler.await("lines", it -> it.logLines().contains("STDOUT farewell"));
  }

  private static boolean told(FakeScheduler scheduler, long id, String kind) {
    return scheduler.events().stream()
        .anyMatch(event -> event.getPlacementId() == id && event.getKind().equals(kind));
  }

  private Order order(long id, String command, HealthCheck health) {
    return order(id, command, Target.RUN, health);
  }

  private Order order(long id, String command, Target target, HealthCheck health) {
    return ofCommand(id, command, target, health, images.base(), images.slug());
  }

  private void startAgent() throws Exception {
    HostSettings mine = settings.host();
    host = ContainerHost.open(mine, new BlobFetcher(schedulers()));
    agent =
        Agent.start(
            settings,
            new Agent.Surroundings(
                host,
                host.images(),
                new FakeVerifier(),
                schedulers(),
                InstantSource.system(),
                new SplittableRandom(7),
                new SimpleMeterRegistry(),
                (_, failure) -> fault.set(failure)));
  }

  private void stopAgent() {
    agent.close();
    host.close();
  }

  private static ProcessHandle processOf(String command) throws IOException {
    return findProcess(command).orElseThrow();
  }

  private static Optional<ProcessHandle> findProcess(String command) throws IOException {
    List<String> words = Splitter.on(' ').splitToList(command);
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (words.equals(wordsOf(process))) {
          return ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> wordsOf(Path process) {
    try {
      String words = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
      return Splitter.on((char) 0).omitEmptyStrings().splitToList(words);
    } catch (IOException ended) {
      return List.of();
    }
  }

  private Schedulers schedulers() {
    return new Schedulers(List.of(unique), _ -> channel);
  }
}

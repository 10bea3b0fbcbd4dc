package dev.berth.agent;

import dev.berth.agent.control.AgentLoop;
import dev.berth.agent.control.CounterPoll;
import dev.berth.agent.control.CpuPoll;
import dev.berth.agent.control.HostJobs;
import dev.berth.agent.control.Node;
import dev.berth.agent.health.HealthChecks;
import dev.berth.agent.image.ImageRehash;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.keep.ImageHost;
import dev.berth.agent.keep.ImageKeeper;
import dev.berth.agent.link.Fence;
import dev.berth.agent.link.NodeFacts;
import dev.berth.agent.link.SchedulerLink;
import dev.berth.agent.linux.NativeSyscalls;
import dev.berth.agent.logs.LastWords;
import dev.berth.agent.logs.LogDesk;
import dev.berth.agent.logs.LogFiles;
import dev.berth.agent.logs.LogMeter;
import dev.berth.agent.network.Subnet;
import dev.berth.agent.order.Orders;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.runtime.InstanceHost;
import dev.berth.agent.store.OrderFile;
import dev.berth.agent.store.OrderWriter;
import dev.berth.agent.verify.ImageRounds;
import dev.berth.agent.verify.NodeVerifier;
import dev.berth.agent.verify.VerificationRounds;
import dev.berth.leader.EpochFile;
import dev.berth.leader.Schedulers;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The agent of one node, from its start to its end.
 *
 * <p>Takes over what runs and carries out the stored orders before it looks for a scheduler.
 * Closing it leaves every container running.
 */
public final class Agent implements AutoCloseable {
  /** Addresses that the containers of the checks may take. */
  private static final int CHECK_PLACES = 2;

  /** Adopted instances get so long to show their health before the scheduler hears of them. */
  private static final Duration LONGEST_SETTLING = Duration.ofSeconds(1);

  private static final Duration CPU_INTERVAL = Duration.ofSeconds(15);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(1);
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** What an agent is given from outside. */
  public record Surroundings(
      InstanceHost host,
      ImageHost images,
      NodeVerifier verifier,
      Schedulers schedulers,
      InstantSource clock,
      RandomGenerator random,
      MeterRegistry registry,
      Thread.UncaughtExceptionHandler onFault) {}

  private final Deque<Runnable> closings = new ArrayDeque<>();
  private final AgentLoop loop;

  private Agent(AgentLoop loop) {
    this.loop = loop;
  }

  public static Agent start(AgentSettings settings, Surroundings around) throws IOException {
    var loop = new AgentLoop(around.clock());
    var agent = new Agent(loop);
    agent.startParts(settings, around);
    return agent;
  }

  @Override
  public void close() {
    while (!closings.isEmpty()) {
      closings.pop().run();
    }
  }

  private void startParts(AgentSettings settings, Surroundings around) throws IOException {
    Path state = settings.host().stateDirectory();
    // First of all: the scheduler places nothing here before it has heard of the first run.
    VerificationRounds rounds = startVerifying(settings, around);
    var metrics = new AgentMetrics(around.registry(), loop, rounds);
    var logs = keep(new LogFiles(around.host(), state.resolve("kept-logs")), LogFiles::close);
    var checks = keep(new HealthChecks(around.clock(), loop::offer), HealthChecks::close);
    Executor virtualThreads = work -> Thread.ofVirtual().start(work);
    var jobs =
        keep(
            new HostJobs(
                around.host(), logs, loop::offer, virtualThreads, settings.startsAtATime()),
            HostJobs::close);
    var orderFile = new OrderFile(state.resolve("orders"));
    var writer = keep(new OrderWriter(orderFile, loop::offerStored), OrderWriter::close);
    var edges =
        new Node.Edges(
            jobs,
            checks,
            writer::offer,
            notice -> {
              metrics.happened(notice);
              logs.write(notice);
            },
            metrics::startTook);
    Orders stored = orderFile.read();
    var node = new Node(around.clock(), edges, stored);
    hearEnds(around.host(), new LastWords(logs));
    node.adopt(around.host().adopt());
    keep(loop, AgentLoop::close);
    loop.start(node, around.onFault());
    keep(
        new CounterPoll(around.host(), loop::view, loop::offer, settings.pollInterval()),
        CounterPoll::close);
    var meter =
        keep(
            new LogMeter(
                around.host(),
                loop::view,
                logs,
                new LogMeter.Pace(around.clock(), LOG_INTERVAL),
                new NativeSyscalls()),
            LogMeter::close);
    metrics.count(meter);
    var desk = keep(new LogDesk(logs, loop::view), LogDesk::close);
    ImageKeeper keeper = startKeeping(settings, around, metrics);
    settle(around.clock());
    var link =
        keep(
            new SchedulerLink(
                new Fence(
                    EpochFile.open(state.resolve("epoch"), stored.epoch()), around.schedulers()),
                facts(settings, around.host()),
                loop,
                new SchedulerLink.Desks(desk, rounds, keeper),
                around.random()),
            SchedulerLink::close);
    link.start();
    tellOfCpu(around, link);
  }

  private void tellOfCpu(Surroundings around, SchedulerLink link) {
    keep(
        new CpuPoll(
            new CpuPoll.Watched(around.host(), loop::view, around.clock(), CPU_INTERVAL),
            link::used),
        CpuPoll::close);
  }

  private void hearEnds(InstanceHost host, LastWords lastWords) {
    host.onExit(
        ended -> loop.offerEnded(ended, lastWords.of(ended.placementId(), ended.incarnation())));
  }

  private ImageKeeper startKeeping(
      AgentSettings settings, Surroundings around, AgentMetrics metrics) {
    var keeper =
        keep(
            new ImageKeeper(around.images(), loop::view, around.clock(), settings.keepImages()),
            ImageKeeper::close);
    metrics.count(keeper);
    keeper.start();
    return keeper;
  }

  private VerificationRounds startVerifying(AgentSettings settings, Surroundings around) {
    Path state = settings.host().stateDirectory();
    var rounds =
        keep(
            new VerificationRounds(
                around.verifier(),
                around.clock(),
                settings.verifyInterval(),
                state.resolve("failed-checks")),
            VerificationRounds::close);
    var images =
        keep(
            new ImageRounds(
                new ImageRehash(new StateLayout(state)),
                settings.rehashInterval(),
                () -> rounds.ask(true, _ -> false)),
            ImageRounds::close);
    rounds.start();
    images.start();
    return rounds;
  }

  private <T> T keep(T part, Consumer<T> close) {
    closings.push(() -> close.accept(part));
    return part;
  }

  private void settle(InstantSource clock) {
    var deadline = clock.instant().plus(LONGEST_SETTLING);
    try {
      while (loop.view().all().stream().anyMatch(it -> it.phase() instanceof Phase.Starting)
          && clock.instant().isBefore(deadline)) {
        Thread.sleep(5);
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    }
  }

  private static NodeFacts facts(AgentSettings settings, InstanceHost host) throws IOException {
    return new NodeFacts(
        settings.nodeName(),
        settings.host().clusterId(),
        Files.readString(BOOT_ID).strip(),
        version(),
        settings.capacity().over(host.capacity()),
        Subnet.of(settings.host().subnet()).places() - CHECK_PLACES,
        System.getProperty("os.arch", "unknown"),
        settings.labels(),
        host.runtimeName());
  }

  private static String version() {
    String version = Agent.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}

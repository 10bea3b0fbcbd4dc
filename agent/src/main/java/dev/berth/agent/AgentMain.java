package dev.berth.agent;

import dev.berth.admin.AdminEndpoint;
import dev.berth.admin.RunFile;
import dev.berth.agent.cgroup.Cgroups;
import dev.berth.agent.image.ImageRehash;
import dev.berth.agent.image.StateLayout;
import dev.berth.agent.link.BlobFetcher;
import dev.berth.agent.link.SchedulerAddresses;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.HostException;
import dev.berth.agent.sweep.Sweep;
import dev.berth.agent.turn.Metronome;
import dev.berth.agent.verify.HostVerification;
import dev.berth.agent.verify.ImageVerification;
import dev.berth.identity.Identity;
import dev.berth.leader.Dial;
import dev.berth.leader.Schedulers;
import dev.berth.settings.Settings;
import dev.berth.settings.SettingsException;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the agent of a node: {@code run FILE}. Removes all that a node has on its host: {@code
 * sweep FILE}. Runs the list of checks: {@code verify FILE}. Containers outlive {@code run},
 * however it ends.
 */
public final class AgentMain {
  private static final Logger LOG = LoggerFactory.getLogger(AgentMain.class);
  private static final int FAULT = 70;
  private static final int USAGE = 64;
  private static final int LARGEST_MESSAGE = 32 * 1024 * 1024;

  /** Ten thousand agents ask a thousand times a second then. */
  private static final Duration QUIET = Duration.ofSeconds(10);

  private AgentMain() {}

  public static void main(String[] arguments) {
    PrintStream err = System.err;
    boolean verify = arguments.length >= 2 && arguments[0].equals("verify");
    if (!verify && (arguments.length != 2 || !List.of("run", "sweep").contains(arguments[0]))) {
      err.println("usage: AgentMain run|sweep|verify SETTINGS-FILE [--quick] [--json]");
      System.exit(USAGE);
    }
    try {
      AgentSettings settings = AgentSettings.read(Settings.read(Path.of(arguments[1])));
      if (arguments[0].equals("sweep")) {
        System.exit(sweep(settings, err));
      }
      if (verify) {
        List<String> flags = List.of(arguments).subList(2, arguments.length);
        System.exit(VerifyCommand.of(flags, steadyClock()).run(settings.host(), System.out));
      }
      run(settings);
    } catch (SettingsException | IllegalArgumentException wrong) {
      err.println(wrong.getMessage());
      System.exit(USAGE);
    } catch (HostException | IOException failure) {
      LOG.error("the agent cannot start: {}", failure.getMessage(), failure);
      System.exit(1);
    }
  }

  private static int sweep(AgentSettings settings, PrintStream err) {
    List<String> left = Sweep.run(settings.host());
    left.forEach(err::println);
    return left.isEmpty() ? 0 : 1;
  }

  private static void run(AgentSettings settings) throws HostException, IOException {
    ChannelCredentials credentials = Identity.load(settings.identity()).channelCredentials();
    var addresses = new SchedulerAddresses(settings.schedulers());
    var schedulers = new Schedulers(settings.schedulers(), it -> dial(it, credentials, addresses));
    ContainerHost host =
        ContainerHost.open(
            settings.host().alsoForbidding(addresses.networks()), new BlobFetcher(schedulers));
    addresses.onChange(host::forbid);
    InstantSource clock = steadyClock();
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var around =
        new Agent.Surroundings(
            host,
            host.images(),
            new ImageVerification(
                new HostVerification(host, clock), new ImageRehash(layout(settings))),
            schedulers,
            clock,
            new SplittableRandom(),
            registry,
            AgentMain::fault);
    Agent agent = Agent.start(settings, around);
    var metronome = metronome(settings.beatMicros());
    var admin = new AdminEndpoint(registry, settings.adminPort());
    RunFile.write(
        settings.runFile(),
        Map.of(
            "pid", ProcessHandle.current().pid(),
            "program", "agent",
            "adminPort", admin.port()));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> close(List.of(admin, agent, metronome, host, schedulers))));
    LOG.info("agent {} serves with {}", settings.nodeName(), host.runtimeName());
    awaitForever();
  }

  private static AutoCloseable metronome(int micros) throws IOException {
    if (micros == 0) {
      return () -> {};
    }
    var files =
        new Metronome.HostFiles(
            Path.of("/proc/stat"),
            Cgroups.ofThisHost().realTimeThreads(),
            Path.of("/run/berth-metronome.lock"));
    return Metronome.start(files, Duration.of(micros, ChronoUnit.MICROS));
  }

  private static ManagedChannel dial(
      String address, ChannelCredentials credentials, SchedulerAddresses addresses) {
    return Dial.to(address, credentials, QUIET)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .intercept(addresses)
        .directExecutor() // nothing that it calls blocks, but for noting a new epoch on the disk
        .build();
  }

  private static StateLayout layout(AgentSettings settings) {
    return new StateLayout(settings.host().stateDirectory());
  }

  private static void close(List<AutoCloseable> parts) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception failure) {
        LOG.warn("{} did not close in order", part, failure);
      }
    }
    Runtime.getRuntime().halt(0); // SIGTERM is the ordinary end
  }

  private static void fault(Thread thread, Throwable failure) {
    LOG.error("fault in {}; the agent ends, containers keep running", thread.getName(), failure);
    Runtime.getRuntime().halt(FAULT);
  }

  /** The time of day at the start and steady from there: a set clock moves no deadline. */
  private static InstantSource steadyClock() {
    Instant started = Instant.now();
    long origin = System.nanoTime();
    return () -> started.plusNanos(System.nanoTime() - origin);
  }

  private static void awaitForever() {
    try {
      while (true) {
        Thread.sleep(TimeUnit.DAYS.toMillis(1));
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }
}

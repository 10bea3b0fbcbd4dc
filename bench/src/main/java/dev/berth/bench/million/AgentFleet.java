package dev.berth.bench.million;

import dev.berth.identity.CertificateAuthority;
import dev.berth.identity.Identity;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.Capacity;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * All simulated agents of a cluster.
 *
 * <p>Each has its own certificate, its own TCP connection with its own TLS handshake, and one
 * stream on it, as real agents have; they share this process's event loops and two timer threads.
 * Thread-safe.
 */
final class AgentFleet {
  private static final int LARGEST_MESSAGE = 64 << 20;
  private static final int BEAT_MILLIS = 3000;
  private static final int SLICES = 300;
  private static final int AT_ONCE = 100;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final int ZONES = 3;
  private static final int RACK = 40;

  private final Tally tally = new Tally();
  private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
  private final List<SimulatedAgent> agents;
  private volatile SimulatedAgent.Orders listener = _ -> {};

  private AgentFleet(List<SimulatedAgent> agents) {
    this.agents = agents;
  }

  /** The certificates are made here; nobody is dialled yet. */
  static AgentFleet of(
      Path home, int count, int instancesANode, List<String> schedulers, RandomGenerator random) {
    List<SimulatedAgent> agents = new ArrayList<>();
    AgentFleet fleet = new AgentFleet(agents);
    var shared =
        new SimulatedAgent.Fleet(
            fleet.tally, fleet.timer, random, order -> fleet.listener.ordered(order));
    CertificateAuthority authority = CertificateAuthority.open(home.resolve("ca"));
    List<CompletableFuture<SimulatedAgent>> making = new ArrayList<>();
    try (var workers = Executors.newFixedThreadPool(4)) {
      for (int number = 0; number < count; number++) {
        int at = number;
        making.add(
            CompletableFuture.supplyAsync(
                () -> agent(authority, at, instancesANode, schedulers, shared), workers));
      }
      making.forEach(it -> agents.add(it.join()));
    }
    return fleet;
  }

  private static SimulatedAgent agent(
      CertificateAuthority authority,
      int number,
      int instancesANode,
      List<String> schedulers,
      SimulatedAgent.Fleet shared) {
    String node = "node-%05d".formatted(number);
    ChannelCredentials credentials = credentials(authority, node);
    Function<String, ManagedChannel> dial =
        address ->
            Grpc.newChannelBuilder(address, credentials)
                .overrideAuthority(Identity.SCHEDULER_AUTHORITY)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .directExecutor()
                .build();
    return new SimulatedAgent(
        node,
        Capacity.newBuilder()
            .setMemoryMib((long) Dimensions.MEMORY_MIB * instancesANode)
            .setCpuMillis(1000L * instancesANode)
            .setPids(1000L * instancesANode)
            .setDiskMib(4096L * instancesANode)
            .setAddresses(2L * instancesANode)
            .build(),
        Map.of("zone", "z" + number % ZONES, "rack", "r" + number / ZONES / RACK),
        new Schedulers(schedulers, dial),
        shared);
  }

  /** In memory where there is such a place: each identity is three files, forced to disk. */
  private static ChannelCredentials credentials(CertificateAuthority authority, String node) {
    try {
      Path memory = Path.of("/dev/shm");
      Path directory =
          Files.isWritable(memory)
              ? Files.createTempDirectory(memory, "berth-million")
              : Files.createTempDirectory("berth-million");
      authority.issue("agent:" + node, directory);
      Identity identity = Identity.load(directory);
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
      return identity.channelCredentials();
    } catch (IOException failure) {
      throw new UncheckedIOException("the identity of " + node + " cannot be made", failure);
    }
  }

  Tally tally() {
    return tally;
  }

  List<SimulatedAgent> agents() {
    return agents;
  }

  void listen(SimulatedAgent.Orders heard) {
    listener = heard;
  }

  /** All dial, a few at a time as hosts that boot would; the beats begin, spread evenly. */
  void dial() {
    for (int slice = 0; slice < SLICES; slice++) {
      int first = slice;
      var _ =
          timer.scheduleAtFixedRate(
              () -> beat(first),
              (long) BEAT_MILLIS * slice / SLICES,
              BEAT_MILLIS,
              TimeUnit.MILLISECONDS);
    }
    for (int dialled = 0; dialled < agents.size(); dialled++) {
      while (dialled - tally.linked.sum() >= AT_ONCE) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      agents.get(dialled).dial();
    }
  }

  private void beat(int first) {
    for (int at = first; at < agents.size(); at += SLICES) {
      agents.get(at).beat();
    }
  }
}

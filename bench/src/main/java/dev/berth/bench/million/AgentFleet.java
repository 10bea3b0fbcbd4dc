package dev.berth.bench.million;

import dev.berth.identity.CertificateAuthority;
import dev.berth.identity.Identity;
import dev.berth.leader.Schedulers;
import dev.berth.proto.v1.Capacity;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;

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
                () -> agent(home, authority, at, instancesANode, schedulers, shared), workers));
      }
      making.forEach(it -> agents.add(it.join()));
    }
    return fleet;
  }

  private static SimulatedAgent agent(
      Path home,
      CertificateAuthority authority,
      int number,
      int instancesANode,
      List<String> schedulers,
      SimulatedAgent.Fleet shared) {
    String node = "node-%05d".formatted(number);
    Path directory = home.resolve("identity").resolve(node);
    authority.issue("agent:" + node, directory);
    ChannelCredentials credentials = Identity.load(directory).channelCredentials();
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
            .setAddresses(2 * instancesANode)
            .build(),
        Map.of("zone", "z" + number % ZONES, "rack", "r" + number / ZONES / RACK),
        new Schedulers(schedulers, dial),
        shared);
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

  /** All dial; the beats begin, spread evenly. Completes when all have been told to. */
  CompletionStage<?> dial() {
    for (int slice = 0; slice < SLICES; slice++) {
      int first = slice;
      var _ =
          timer.scheduleAtFixedRate(
              () -> beat(first),
              (long) BEAT_MILLIS * slice / SLICES,
              BEAT_MILLIS,
              TimeUnit.MILLISECONDS);
    }
    return CompletableFuture.runAsync(() -> agents.forEach(SimulatedAgent::dial));
  }

  private void beat(int first) {
    for (int at = first; at < agents.size(); at += SLICES) {
      agents.get(at).beat();
    }
  }
}

package dev.berth.bench.measure;

import dev.berth.agent.runtime.Capacity;
import dev.berth.agent.runtime.ContainerHost;
import dev.berth.agent.runtime.ContainerPlan;
import dev.berth.agent.runtime.HostException;
import dev.berth.agent.runtime.HostSettings;
import dev.berth.agent.runtime.InstanceHost;
import dev.berth.agent.runtime.Limits;
import dev.berth.agent.sweep.Sweep;
import dev.berth.bench.figures.Report;
import dev.berth.bench.figures.Row;
import dev.berth.bench.figures.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * From the order to a process that runs and was verified, for one instance whose images are there;
 * beside the bare OCI runtime creating and starting the very same bundle.
 */
public final class StartBenchmark implements Benchmark {
  private static final int WARM_UP = 20;
  private static final int ROUNDS = 200;
  private static final String CLUSTER_ID = "be4c00";
  private static final long FIRST_PLACEMENT = 1;

  private final Path home;
  private final LongSupplier nanoTime;

  public StartBenchmark(Path home, LongSupplier nanoTime) {
    this.home = home;
    this.nanoTime = nanoTime;
  }

  @Override
  public Report run() throws Exception {
    Path scratch = Files.createTempDirectory("berth-bench-start-");
    var settings =
        new HostSettings(
            CLUSTER_ID,
            1,
            scratch.resolve("node"),
            "10.231.64.0/24",
            Optional.of(new Capacity(4096, 2000, 4096, 16_384)));
    try (TestImages images = TestImages.make(home, scratch)) {
      Files.createDirectories(settings.stateDirectory());
      try (InstanceHost host = ContainerHost.open(settings, images)) {
        host.adopt();
        return measure(host, images, scratch);
      } finally {
        List<String> left = Sweep.run(settings);
        if (!left.isEmpty()) {
          System.err.println("not removed: " + left);
        }
      }
    }
  }

  private Report measure(InstanceHost host, TestImages images, Path scratch) throws Exception {
    ContainerPlan plan = plan(images, FIRST_PLACEMENT);
    host.prepare(plan);
    for (int round = 0; round < WARM_UP; round++) {
      start(host, plan);
      host.discard(plan.placementId());
    }
    List<Duration> orders = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      orders.add(start(host, plan));
      host.discard(plan.placementId());
    }
    // The bundle of one that runs serves the bare runtime: same root, same specification.
    start(host, plan);
    BareRuntime bare =
        BareRuntime.onBundleBelow(scratch.resolve("node"), scratch, host.runtimeName());
    List<Duration> bareTimes = new ArrayList<>();
    for (int round = 0; round < WARM_UP + ROUNDS; round++) {
      long begin = nanoTime.getAsLong();
      bare.createAndStart("bare-" + round);
      Duration taken = Duration.ofNanos(nanoTime.getAsLong() - begin);
      bare.delete("bare-" + round);
      if (round >= WARM_UP) {
        bareTimes.add(taken);
      }
    }
    host.release(plan.placementId());
    return new Report(
        "start",
        host.runtimeName() + ", slug and base present, BusyBox sleep",
        List.of(
            Row.of("berth: order to running and verified", Samples.of(orders)),
            Row.of("bare runtime: create and start", Samples.of(bareTimes))));
  }

  private Duration start(InstanceHost host, ContainerPlan plan) throws HostException {
    long begin = nanoTime.getAsLong();
    host.start(plan, 1);
    return Duration.ofNanos(nanoTime.getAsLong() - begin);
  }

  private static ContainerPlan plan(TestImages images, long placementId) throws IOException {
    return new ContainerPlan(
        placementId,
        "bench",
        "start",
        "web",
        1,
        1,
        images.baseDigest(),
        images.slugDigest(),
        List.of("/bin/sleep", "100000"),
        Map.of("PATH", "/bin:/usr/bin", "HOME", "/app", "PORT", "5000"),
        new Limits(64, 25, 250, 64, 256, 1024),
        5000);
  }
}

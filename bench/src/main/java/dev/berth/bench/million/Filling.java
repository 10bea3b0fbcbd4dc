package dev.berth.bench.million;

import dev.berth.bench.cluster.ClusterApi;
import dev.berth.bench.figures.Samples;
import dev.berth.proto.v1.Mutation;
import dev.berth.proto.v1.Quota;
import dev.berth.proto.v1.SetQuotaRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The commands that fill the cluster: each app is scaled once, a few at a time. All the while one
 * more caller changes a quota, over and over, and feels how long a command takes. Thread-safe.
 */
final class Filling {
  private final ClusterApi api;
  private final Dimensions dimensions;
  private final LongSupplier nanoTime;
  private final AtomicInteger next = new AtomicInteger();
  private final List<Duration> scales = new ArrayList<>();
  private final List<Duration> probes = new ArrayList<>();
  private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<@Nullable StatusRuntimeException> failure = new AtomicReference<>();
  private volatile boolean isOver;

  Filling(ClusterApi api, Dimensions dimensions, LongSupplier nanoTime) {
    this.api = api;
    this.dimensions = dimensions;
    this.nanoTime = nanoTime;
  }

  void start() {
    for (int caller = 0; caller < dimensions.callers(); caller++) {
      var _ = callers.submit(this::scaleOnAndOn);
    }
    var _ = callers.submit(this::probe);
  }

  /** Fails if a command was refused. */
  void check() {
    StatusRuntimeException refused = failure.get();
    if (refused != null) {
      throw new AssertionError("a command was refused", refused);
    }
  }

  /** From a scale command's sending to its answer. */
  Samples scales() {
    synchronized (scales) {
      return Samples.of(scales);
    }
  }

  /** The same of the other command. */
  Samples probes() {
    synchronized (probes) {
      return Samples.of(probes);
    }
  }

  private void scaleOnAndOn() {
    for (int app = next.getAndIncrement(); app < dimensions.apps(); app = next.getAndIncrement()) {
      String name = dimensions.app(app);
      time(scales, () -> api.scale(name, MillionCluster.PROCESS_TYPE, dimensions.perApp()));
    }
  }

  private void probe() {
    for (int round = 0; !isOver; round++) {
      SetQuotaRequest request =
          SetQuotaRequest.newBuilder()
              .setMutation(Mutation.getDefaultInstance())
              .setName("tenant-0")
              .setQuota(
                  Quota.newBuilder()
                      .setMaxInstances(1_000_000 + round % 2)
                      .setMaxMemoryMib(1L << 40)
                      .setMaxApps(1_000_000))
              .build();
      time(probes, () -> api.tenants().setQuota(request));
    }
  }

  private void time(List<Duration> samples, Runnable call) {
    long began = nanoTime.getAsLong();
    try {
      call.run();
    } catch (StatusRuntimeException refused) {
      failure.compareAndSet(null, refused);
      throw refused;
    }
    Duration took = Duration.ofNanos(nanoTime.getAsLong() - began);
    synchronized (samples) {
      samples.add(took);
    }
  }

  /** Waits for the answers that are still due. */
  void end() throws InterruptedException {
    isOver = true;
    callers.shutdown();
    if (!callers.awaitTermination(60, TimeUnit.SECONDS)) {
      throw new AssertionError("a command is not answered");
    }
  }
}

package dev.berth.scheduler.metrics;

import dev.berth.scheduler.api.PublicApi;
import dev.berth.scheduler.collect.Collector;
import dev.berth.scheduler.control.Leadership;
import dev.berth.scheduler.control.Snapshot;
import dev.berth.scheduler.dispatch.Dispatch;
import dev.berth.scheduler.rollout.Brake;
import dev.berth.scheduler.state.PlacementReport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;

/** Gauges over the last committed snapshot and the open streams; read when scraped. */
public final class SchedulerMetrics {
  private SchedulerMetrics() {}

  public static void bind(
      MeterRegistry registry, Leadership leadership, Dispatch dispatch, PublicApi api) {
    Gauge.builder("berth.scheduler.streams.agents", dispatch, Dispatch::agentStreams)
        .register(registry);
    Gauge.builder("berth.scheduler.streams.routers", dispatch, Dispatch::routerStreams)
        .register(registry);
    Gauge.builder("berth.scheduler.signals.groups", dispatch, Dispatch::signalGroups)
        .register(registry);
    Gauge.builder("berth.scheduler.signals.lost.requests", dispatch, Dispatch::signalsLost)
        .register(registry);
    Gauge.builder("berth.scheduler.watches", api, PublicApi::openWatches).register(registry);
    gauge(registry, leadership, "leading", _ -> 1);
    gauge(registry, leadership, "epoch", Snapshot::epoch);
    gauge(registry, leadership, "snapshot.version", Snapshot::version);
    gauge(registry, leadership, "routes.version", it -> it.routes().version());
    gauge(registry, leadership, "routes.pools", it -> it.routes().pools().size());
    gauge(registry, leadership, "nodes.unverified", it -> it.actual().unverified());
    gauge(registry, leadership, "nodes.silent", it -> it.brake().silent());
    gauge(registry, leadership, "braked", it -> it.brake().level() == Brake.Level.OFF ? 0 : 1);
    gauge(registry, leadership, "frozen", it -> it.brake().isFrozen() ? 1 : 0);
    gauge(registry, leadership, "tenants", it -> it.state().tenants().size());
    gauge(registry, leadership, "apps", it -> it.state().apps().size());
    gauge(registry, leadership, "placements", it -> it.state().placements().byId().size());
    gauge(registry, leadership, "instances.pending", it -> it.pending().size());
    gauge(
        registry,
        leadership,
        "instances.running",
        it ->
            it.actual().placements().values().stream().filter(PlacementReport::isRunning).count());
  }

  /** Since the start of this process. */
  public static void bind(MeterRegistry registry, Collector collector) {
    FunctionCounter.builder("berth.scheduler.garbage.blobs", collector, Collector::blobsRemoved)
        .register(registry);
    FunctionCounter.builder("berth.scheduler.garbage.bytes", collector, Collector::bytesRemoved)
        .register(registry);
  }

  /** Zero while this process does not lead. */
  private static void gauge(
      MeterRegistry registry,
      Leadership leadership,
      String name,
      ToDoubleFunction<Snapshot> value) {
    Gauge.builder(
            "berth.scheduler." + name,
            leadership,
            it -> it.leading().map(control -> value.applyAsDouble(control.snapshot())).orElse(0.0))
        .register(registry);
  }
}

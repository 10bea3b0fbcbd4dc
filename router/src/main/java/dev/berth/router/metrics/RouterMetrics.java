package dev.berth.router.metrics;

import dev.berth.router.feed.FeedState;
import dev.berth.router.metrics.LoopCounters.Of;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Shows what the event loops counted, and the state of the table. */
public final class RouterMetrics {
  private RouterMetrics() {}

  public static void bind(
      MeterRegistry registry, List<LoopCounters> loops, List<String> failureCodes) {
    for (int i = 1; i < LoopCounters.STATUS_CLASSES; i++) {
      int statusClass = i;
      FunctionCounter.builder(
              "berth.router.responses", loops, all -> sum(all, one -> one.statusCount(statusClass)))
          .tag("class", statusClass + "xx")
          .register(registry);
    }
    for (String code : failureCodes) {
      FunctionCounter.builder(
              "berth.router.failures", loops, all -> sum(all, one -> one.failureCount(code)))
          .tag("code", code)
          .register(registry);
    }
    FunctionTimer.builder(
            "berth.router.requests",
            loops,
            all -> (long) sum(all, one -> one.count(Of.REQUESTS)),
            all -> sum(all, one -> one.count(Of.REQUEST_NANOS)),
            TimeUnit.NANOSECONDS)
        .register(registry);
    counter(registry, loops, "berth.router.upstream.connects", Of.UPSTREAM_CONNECTS);
    counter(registry, loops, "berth.router.retries", Of.RETRIES);
    counter(registry, loops, "berth.router.refused.connections", Of.REFUSED_CONNECTIONS);
    counter(registry, loops, "berth.router.bytes.in", Of.BYTES_IN);
    counter(registry, loops, "berth.router.bytes.out", Of.BYTES_OUT);
    counter(registry, loops, "berth.router.log.lines.lost", Of.LOG_LINES_LOST);
    gauge(registry, loops, "berth.router.in.flight", Of.IN_FLIGHT);
    gauge(registry, loops, "berth.router.held", Of.HELD);
    gauge(registry, loops, "berth.router.client.connections", Of.CLIENT_CONNECTIONS);
    gauge(registry, loops, "berth.router.upstream.connections", Of.UPSTREAM_CONNECTIONS);
  }

  public static void bindTable(
      MeterRegistry registry, Supplier<FeedState> feed, LongSupplier nanoTime) {
    table(registry, feed, "berth.router.table.epoch", FeedState::epoch);
    table(registry, feed, "berth.router.table.version", FeedState::version);
    table(registry, feed, "berth.router.table.hosts", FeedState::hosts);
    table(registry, feed, "berth.router.table.pools", FeedState::pools);
    table(registry, feed, "berth.router.table.routes", FeedState::routes);
    table(registry, feed, "berth.router.table.followed", state -> state.connected() ? 1 : 0);
    table(
        registry,
        feed,
        "berth.router.table.age.seconds",
        state -> state.connected() ? 0 : (nanoTime.getAsLong() - state.heardNanos()) / 1e9);
  }

  private static void table(
      MeterRegistry registry,
      Supplier<FeedState> feed,
      String name,
      ToDoubleFunction<FeedState> value) {
    Gauge.builder(name, feed, state -> value.applyAsDouble(state.get()))
        .strongReference(true)
        .register(registry);
  }

  private static void counter(
      MeterRegistry registry, List<LoopCounters> loops, String name, Of what) {
    FunctionCounter.builder(name, loops, all -> sum(all, one -> one.count(what)))
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry, List<LoopCounters> loops, String name, Of what) {
    Gauge.builder(name, loops, all -> sum(all, one -> one.count(what)))
        .strongReference(true)
        .register(registry);
  }

  private static double sum(List<LoopCounters> loops, ToDoubleFunction<LoopCounters> count) {
    return loops.stream().mapToDouble(count).sum();
  }
}

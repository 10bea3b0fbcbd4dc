package dev.berth.agent.health;

import dev.berth.agent.control.Checks;
import dev.berth.agent.control.Input;
import dev.berth.agent.order.HealthCheck;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Address;
import dev.berth.agent.reconcile.Report;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Checks each watched instance on a virtual thread of its own.
 *
 * <p>Tells the first success at once, then each failure, and the first success after one.
 * Thread-safe.
 */
public final class HealthChecks implements Checks, AutoCloseable {
  private final InstantSource clock;
  private final Consumer<Input.Heard> heard;
  private final Map<PlacementId, Thread> watching = new ConcurrentHashMap<>();

  public HealthChecks(InstantSource clock, Consumer<Input.Heard> heard) {
    this.clock = clock;
    this.heard = heard;
  }

  @Override
  public void watch(PlacementId id, int incarnation, HealthCheck check, Address address) {
    var target = new InetSocketAddress(InetAddress.ofLiteral(address.host()), address.port());
    var probe = new Probe(check, target, clock);
    Thread thread =
        Thread.ofVirtual()
            .unstarted(() -> watch(probe, id, report -> tell(id, incarnation, report)));
    Thread before = watching.put(id, thread);
    if (before != null) {
      before.interrupt();
    }
    thread.start();
  }

  @Override
  public void forget(PlacementId id) {
    Thread thread = watching.remove(id);
    if (thread != null) {
      thread.interrupt();
    }
  }

  @Override
  public void close() {
    watching.keySet().forEach(this::forget);
  }

  private void tell(PlacementId id, int incarnation, Report report) {
    if (!Thread.currentThread().isInterrupted()) {
      heard.accept(new Input.Heard(id, incarnation, report));
    }
  }

  private static void watch(Probe probe, PlacementId id, Consumer<Report> tell) {
    try {
      awaitFirstSuccess(probe);
      tell.accept(new Report.CheckPassed());
      Duration interval = probe.timing().interval();
      // Instances that came up together are not checked in step.
      Thread.sleep(interval.toMillis() * Math.floorMod(id.value() * 7919, 1000) / 1000);
      boolean failing = false;
      while (true) {
        Optional<String> failure = probe.failure(probe.timing().timeout());
        if (failure.isPresent()) {
          tell.accept(new Report.CheckFailed(failure.get()));
        } else if (failing) {
          tell.accept(new Report.CheckPassed());
        }
        failing = failure.isPresent();
        Thread.sleep(interval);
      }
    } catch (InterruptedException forgotten) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitFirstSuccess(Probe probe) throws InterruptedException {
    int tries = 0;
    while (probe.failure(Pace.timeoutBeforeSuccess(tries, probe.timing().timeout())).isPresent()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Thread.sleep(Pace.beforeSuccess(tries));
      tries++;
    }
  }
}

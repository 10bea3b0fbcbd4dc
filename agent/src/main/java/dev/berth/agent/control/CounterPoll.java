package dev.berth.agent.control;

import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.reconcile.Placement;
import dev.berth.agent.runtime.InstanceHost;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads the kernel's counters of what runs, so that a limit that was hit is told while the instance
 * still runs. Only counters that have moved are told. Runs on its own virtual thread.
 */
public final class CounterPoll implements AutoCloseable {
  private final InstanceHost host;
  private final Supplier<NodeView> view;
  private final Consumer<Input.Heard> heard;
  private final Map<PlacementId, Input.Heard> told = new HashMap<>();
  private final Thread thread;

  public CounterPoll(
      InstanceHost host, Supplier<NodeView> view, Consumer<Input.Heard> heard, Duration interval) {
    this.host = host;
    this.view = view;
    this.heard = heard;
    this.thread = Thread.ofVirtual().name("counter-poll").start(() -> run(interval));
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run(Duration interval) {
    try {
      while (true) {
        Thread.sleep(interval);
        NodeView seen = view.get();
        told.keySet().retainAll(seen.placements().keySet());
        seen.all().stream().filter(CounterPoll::runs).forEach(this::poll);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void poll(Placement placement) {
    host.usage(placement.id().value())
        .filter(usage -> usage.memoryKills().count() > 0 || usage.pidsLimitHits() > 0)
        .map(HostReports::counted)
        .map(report -> new Input.Heard(placement.id(), placement.incarnation(), report))
        .filter(input -> !input.equals(told.put(placement.id(), input)))
        .ifPresent(heard);
  }

  private static boolean runs(Placement placement) {
    return placement.phase() instanceof Phase.Starting
        || placement.phase() instanceof Phase.Running;
  }
}

package dev.berth.agent.control;

import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.reconcile.Placement;
import dev.berth.agent.runtime.InstanceHost;
import dev.berth.agent.runtime.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells now and then how much cpu each running instance used since the last time, in thousandths of
 * a cpu. Runs on its own virtual thread.
 */
public final class CpuPoll implements AutoCloseable {
  /** After a longer pause, or when the clock was set, the average says nothing. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final InstanceHost host;
  private final Supplier<NodeView> view;
  private final InstantSource clock;
  private final Duration interval;
  private final Consumer<Map<Long, Integer>> told;
  private final Thread thread;
  private Map<Long, Seen> before = new HashMap<>();

  private record Seen(int incarnation, long cpuMicros, Instant at) {}

  /** What is looked at, and how often. */
  public record Watched(
      InstanceHost host, Supplier<NodeView> view, InstantSource clock, Duration interval) {}

  public CpuPoll(Watched watched, Consumer<Map<Long, Integer>> told) {
    this.host = watched.host();
    this.view = watched.view();
    this.clock = watched.clock();
    this.interval = watched.interval();
    this.told = told;
    this.thread = Thread.ofVirtual().name("cpu-poll").start(this::run);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(interval);
        poll();
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private void poll() {
    Map<Long, Seen> now = new HashMap<>();
    Map<Long, Integer> used = new TreeMap<>();
    for (Placement placement : view.get().all()) {
      long id = placement.id().value();
      Usage usage = placement.phase() instanceof Phase.Running ? host.usage(id).orElse(null) : null;
      if (usage != null) {
        var seen = new Seen(placement.incarnation(), usage.cpuMicros(), clock.instant());
        now.put(id, seen);
        Seen last = before.get(id);
        if (last != null && last.incarnation() == seen.incarnation()) {
          put(used, id, last, seen);
        }
      }
    }
    before = now;
    if (!used.isEmpty()) {
      told.accept(used);
    }
  }

  private void put(Map<Long, Integer> used, long id, Seen last, Seen seen) {
    Duration time = Duration.between(last.at(), seen.at());
    long micros = seen.cpuMicros() - last.cpuMicros();
    boolean isSound = time.toMillis() > 0 && time.compareTo(LONGEST) < 0 && micros >= 0;
    if (isSound) {
      used.put(id, (int) Math.min(Integer.MAX_VALUE, micros / time.toMillis()));
    }
  }
}

package dev.berth.agent.logs;

import dev.berth.agent.control.NodeView;
import dev.berth.agent.linux.Syscalls;
import dev.berth.agent.order.PlacementId;
import dev.berth.agent.reconcile.Phase;
import dev.berth.agent.reconcile.Placement;
import dev.berth.agent.runtime.InstanceHost;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds every instance's output to the rate of its size.
 *
 * <p>What is beyond is taken out of the log, counted, and said in the log at most once in ten
 * seconds. The shim that writes the log goes on without an agent; what it wrote meanwhile counts
 * once one is there again. Runs on its own virtual thread.
 */
public final class LogMeter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogMeter.class);
  static final Duration BETWEEN_WORDS = Duration.ofSeconds(10);

  private final InstanceHost host;
  private final Supplier<NodeView> view;
  private final LogFiles files;
  private final Pace pace;
  private final Syscalls syscalls;
  private final Map<PlacementId, Metered> metered = new HashMap<>();
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread;

  /** When it looks. */
  public record Pace(InstantSource clock, Duration interval) {}

  /** One incarnation's output so far. */
  private static final class Metered {
    private final int incarnation;
    private final LogRoom room;
    private Instant spoken;
    private long untold;

    Metered(int incarnation, LogRoom room, Instant now) {
      this.incarnation = incarnation;
      this.room = room;
      this.spoken = now.minus(BETWEEN_WORDS);
    }
  }

  public LogMeter(
      InstanceHost host, Supplier<NodeView> view, LogFiles files, Pace pace, Syscalls syscalls) {
    this.host = host;
    this.view = view;
    this.files = files;
    this.pace = pace;
    this.syscalls = syscalls;
    this.thread = Thread.ofVirtual().name("log-meter").start(this::run);
  }

  /** Bytes of output dropped since this agent's start, timestamps included. */
  public long dropped() {
    return dropped.get();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(pace.interval());
        NodeView seen = view.get();
        metered.keySet().retainAll(seen.placements().keySet());
        seen.all().stream().filter(LogMeter::runs).forEach(each -> meter(seen, each));
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean runs(Placement placement) {
    return placement.phase() instanceof Phase.Starting
        || placement.phase() instanceof Phase.Running
        || placement.phase() instanceof Phase.Stopping;
  }

  private void meter(NodeView seen, Placement placement) {
    PlacementId id = placement.id();
    var order = seen.orders().of(id);
    var output = host.output(id.value());
    if (order.isEmpty() || output.isEmpty()) {
      return;
    }
    long kib = order.get().spec().limits().rates().logKibPerSecond();
    Instant now = pace.clock().instant();
    Metered meter = metered.get(id);
    if (meter == null || meter.incarnation != placement.incarnation()) {
      meter = new Metered(placement.incarnation(), new LogRoom(kib * 1024, now), now);
      metered.put(id, meter);
    }
    long beyond = meter.room.beyond(output.get(), now, syscalls);
    dropped.addAndGet(beyond);
    meter.untold += beyond;
    if (meter.untold > 0 && !now.isBefore(meter.spoken.plus(BETWEEN_WORDS))) {
      files.say(id, now, words(meter.untold, kib));
      meter.spoken = now;
      meter.untold = 0;
      LOG.debug("output of placement {} is beyond its rate", id);
    }
  }

  static String words(long bytes, long kibPerSecond) {
    String amount =
        bytes < 1024 * 1024
            ? Math.max(1, bytes / 1024) + " KiB"
            : String.format(java.util.Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    return amount
        + " of output dropped in the last 10 s; the limit of this size is "
        + kibPerSecond
        + " KiB/s";
  }
}

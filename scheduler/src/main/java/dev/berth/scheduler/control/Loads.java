package dev.berth.scheduler.control;

import dev.berth.scheduler.autoscale.Scaling;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Placement;
import dev.berth.scheduler.state.PlacementId;
import dev.berth.scheduler.state.PlacementReport;
import dev.berth.scheduler.state.ProcessTypeId;
import dev.berth.scheduler.state.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What agents told of the cpu, and apps of their queues: of process types that are autoscaled by
 * these, and only the newest word. Forgotten with the term. Confined to the control loop.
 */
final class Loads {
  /** Two words were missed by then. */
  static final Duration STALE = Duration.ofSeconds(45);

  private final Working working;
  private final Map<PlacementId, Used> cpu = new HashMap<>();
  private final Map<ProcessTypeId, Waiting> queues = new HashMap<>();

  /** Thousandths of a cpu. */
  private record Used(int millis, Instant at) {}

  private record Waiting(long jobs, Instant at) {}

  Loads(Working working) {
    this.working = working;
  }

  void take(Event.QueueRead read, Instant now) {
    if (read.jobs() >= 0) {
      queues.put(read.type(), new Waiting(read.jobs(), now));
    }
  }

  /** An agent speaks for its own node's placements only. */
  void take(Event.CpuUsed used, Instant now) {
    used.millis()
        .forEach((id, millis) -> {
          Placement placement = working.state().placements().byId().get(id);
          if (placement != null && placement.node().equals(used.node())) {
            cpu.put(id, new Used(millis, now));
          }
        });
  }

  /** All that is not needed any more goes. */
  void retain(Set<ProcessTypeId> scaled, Instant now) {
    queues.keySet().retainAll(scaled);
    cpu.entrySet()
        .removeIf(each -> {
          Placement placement = working.state().placements().byId().get(each.getKey());
          return placement == null
              || !scaled.contains(placement.instance().type())
              || !isFresh(each.getValue().at(), now);
        });
  }

  /** Null while no running instance's use is known; whole if that of each is. */
  Scaling.@Nullable Seen cpu(ProcessTypeId type, int count, Instant now) {
    int running = 0;
    int known = 0;
    double percent = 0;
    for (Placement placement : working.state().placements().of(type)) {
      boolean isRunning =
          placement.isWanted()
              && working
                  .actual()
                  .report(placement.id())
                  .map(PlacementReport::isRunning)
                  .orElse(false);
      if (isRunning) {
        running++;
        Used used = cpu.get(placement.id());
        if (used != null && isFresh(used.at(), now)) {
          known++;
          percent += used.millis() * 100.0 / placement.size().cpuMillis();
        }
      }
    }
    return known == 0
        ? null
        : new Scaling.Seen(count, Traffic.NONE, known == running, now, percent / known * count);
  }

  /** Null while nobody has told lately. */
  Scaling.@Nullable Seen queue(ProcessTypeId type, int count, Instant now) {
    Waiting waiting = queues.get(type);
    return waiting == null || !isFresh(waiting.at(), now)
        ? null
        : new Scaling.Seen(count, Traffic.NONE, true, now, waiting.jobs());
  }

  private static boolean isFresh(Instant at, Instant now) {
    return now.isBefore(at.plus(STALE));
  }
}

package dev.berth.scheduler.state;

import org.jspecify.annotations.Nullable;

/**
 * How the count of a process type follows its load; while there is one, it owns the count.
 *
 * @param target in the measure's unit
 * @param queue who tells how many jobs wait; of {@link Measure#QUEUE} only
 */
public record Autoscale(int min, int max, Measure measure, long target, @Nullable Webhook queue) {
  /** What of the load is held near the target. */
  public enum Measure {
    /** 95th percentile of the time to the head of an answer, milliseconds. */
    P95_MILLIS,
    /** Requests per second and instance. */
    REQUESTS,
    /** Cpu of the instances, on average, in hundredths of what their size may use. */
    CPU_PERCENT,
    /** Jobs that wait, for each instance. */
    QUEUE
  }

  public Autoscale(int min, int max, Measure measure, long target) {
    this(min, max, measure, target, null);
  }

  public Autoscale {
    if (min < 1 || max < min || target < 1 || (queue != null) != (measure == Measure.QUEUE)) {
      throw new IllegalArgumentException(
          "autoscaling from %d to %d at %d makes no sense".formatted(min, max, target));
    }
  }

  /** "2 to 10, p95=200ms". */
  public String words() {
    return "%d to %d, %s"
        .formatted(
            min,
            max,
            switch (measure) {
              case P95_MILLIS -> "p95=" + target + "ms";
              case REQUESTS -> "rps=" + target;
              case CPU_PERCENT -> "cpu=" + target + "%";
              case QUEUE -> "queue=" + target;
            });
  }

  public int clamped(int count) {
    return Math.clamp(count, min, max);
  }
}

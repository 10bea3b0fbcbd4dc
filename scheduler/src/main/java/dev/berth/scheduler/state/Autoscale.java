package dev.berth.scheduler.state;

/**
 * How the count of a process type follows its traffic; while there is one, it owns the count.
 *
 * @param target in the measure's unit
 */
public record Autoscale(int min, int max, Measure measure, long target) {
  /** What of the traffic is held near the target. */
  public enum Measure {
    /** 95th percentile of the time to the head of an answer, milliseconds. */
    P95_MILLIS,
    /** Requests per second and instance. */
    REQUESTS
  }

  public Autoscale {
    if (min < 1 || max < min || target < 1) {
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
            });
  }

  public int clamped(int count) {
    return Math.clamp(count, min, max);
  }
}

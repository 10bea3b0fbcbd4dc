package dev.berth.agent.order;

import java.time.Duration;
import java.util.Objects;

/** When an instance counts as healthy. */
public sealed interface HealthCheck {

  /** As soon as its process runs. */
  record ProcessRuns() implements HealthCheck {}

  /** A connection to its port is accepted. */
  record Tcp(Timing timing) implements HealthCheck {}

  /** GET of the path answers 200 to 399. */
  record Http(String path, Timing timing) implements HealthCheck {
    public Http {
      if (!path.startsWith("/") || !path.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new IllegalArgumentException(
            "health check path must begin with / and hold no blanks or control characters");
      }
    }
  }

  /**
   * The patience of a check.
   *
   * @param interval between checks once healthy
   * @param timeout for one check
   * @param startDeadline from the start to the first success
   * @param failures in a row until a healthy instance is started again
   */
  record Timing(Duration interval, Duration timeout, Duration startDeadline, int failures) {
    public static final Timing DEFAULT =
        new Timing(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(60), 3);

    public Timing {
      Objects.requireNonNull(interval);
      Objects.requireNonNull(timeout);
      Objects.requireNonNull(startDeadline);
      if (failures < 1) {
        throw new IllegalArgumentException("health failures must be at least 1, not " + failures);
      }
    }
  }
}

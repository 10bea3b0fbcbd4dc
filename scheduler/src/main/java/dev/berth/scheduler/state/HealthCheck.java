package dev.berth.scheduler.state;

/** When an instance counts as healthy; every default filled in. */
public record HealthCheck(
    Kind kind,
    String path,
    int intervalMillis,
    int timeoutMillis,
    int startDeadlineMillis,
    int failures) {

  /** How health is found out. DEFAULT: TCP for web, that the process runs for all others. */
  public enum Kind {
    DEFAULT,
    NONE,
    TCP,
    HTTP
  }

  public HealthCheck of(Kind other) {
    return new HealthCheck(
        other, path, intervalMillis, timeoutMillis, startDeadlineMillis, failures);
  }

  /** What a Procfile without further words means. */
  public static final HealthCheck STANDARD =
      new HealthCheck(Kind.DEFAULT, "", 5000, 2000, 60_000, 3);
}

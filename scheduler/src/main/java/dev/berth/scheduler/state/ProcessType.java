package dev.berth.scheduler.state;

/** A named command of a release. */
public record ProcessType(String name, String command, HealthCheck health, int graceMillis) {
  /** The process type that hostnames lead to. */
  public static final String WEB = "web";

  /** Runs once, before anything else of its release does. */
  public static final String RELEASE = "release";

  /** The shadow instances of a trial; no Procfile may name it. */
  public static final String TRIAL = "trial";

  public static final int DEFAULT_GRACE_MILLIS = 30_000;

  public ProcessType {
    Names.require("process type", name);
  }
}

package dev.berth.scheduler.state;

import java.time.Instant;

/** How an incarnation ended. */
public record Exit(Cause cause, int code, Instant at, String message) {
  /** The kinds of end that the agent can tell apart. */
  public enum Cause {
    UNSPECIFIED,
    PROCESS_EXITED,
    OUT_OF_MEMORY,
    UNHEALTHY,
    STOPPED,
    START_FAILED,
    UNVERIFIED
  }
}

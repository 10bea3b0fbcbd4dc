package dev.berth.agent.runtime;

/**
 * A defence that a test can leave out, to show that another one or a check notices.
 *
 * <p>An agent has all of them: no setting names one. Each is consulted at the one place that
 * applies it.
 */
public enum Defence {
  /** What a started container is like is compared with its order; one that differs is killed. */
  READ_BACK,

  /** No capability in any set. Without it: those that engines give by default. */
  NO_CAPABILITIES,

  /** A set-user-id program or file capability gives nothing. */
  NO_NEW_PRIVILEGES,

  /** The list of allowed system calls. */
  SYSTEM_CALL_FILTER
}

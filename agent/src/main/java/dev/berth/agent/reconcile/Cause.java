package dev.berth.agent.reconcile;

/** Why an incarnation ended. */
public enum Cause {
  /** By itself, or by a signal that Berth did not send. */
  PROCESS_EXITED,
  /** The kernel killed in the instance's own memory cgroup. */
  OUT_OF_MEMORY,
  /** The health check failed, or did not pass before its start deadline. */
  UNHEALTHY,
  /** Berth stopped it as ordered. */
  STOPPED,
  /** It could not be started. */
  START_FAILED,
  /** What the kernel set up differs from the specification. */
  UNVERIFIED
}

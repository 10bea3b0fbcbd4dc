package dev.berth.agent.reconcile;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How far one placement has come. Each phase holds only the facts that exist by then. */
public sealed interface Phase {

  /** There is no container, and none has been asked for. */
  record Idle() implements Phase {}

  /**
   * The host is making the container.
   *
   * @param early its end, when that was heard before its start
   */
  record Preparing(Report.@Nullable Ended early) implements Phase {}

  /** The process runs; its health check has not passed yet. */
  record Starting(Address address, Instant deadline) implements Phase {}

  /**
   * Healthy.
   *
   * @param failures checks failed in a row
   * @param failure what the last failed check said, empty if none did
   */
  record Running(Address address, Instant healthySince, int failures, String failure)
      implements Phase {}

  /** Killed because it was not healthy; its end is awaited. */
  record Failing(Address address, String why, Instant killAgainAt) implements Phase {}

  /** Ended by itself; started again when the time comes. */
  record Backoff(Instant nextStart) implements Phase {}

  /** Told to stop; killed when the time comes. */
  record Stopping(Instant killAt, boolean killed) implements Phase {}

  /** Ended as ordered; its container is still there. */
  record Over() implements Phase {}

  /** Ended as ordered; the host takes its container away. */
  record Discarding() implements Phase {}

  /** Ended as ordered, and nothing is left but its address. */
  record Stopped() implements Phase {}

  /** The host gives everything of it back. */
  record Releasing() implements Phase {}
}

package dev.berth.scheduler.state;

import java.time.Instant;

/** How far one placement has come on its node, as its agent sees it. */
public sealed interface Phase {
  /** Images are being fetched, or the container is being made. */
  record Preparing() implements Phase {}

  /** The process runs; its health check has not passed yet. */
  record Starting(String address, int port) implements Phase {}

  /** Healthy. */
  record Running(String address, int port) implements Phase {}

  /** Ended by itself. */
  record Backoff(Instant nextStartAt) implements Phase {}

  /** Told to stop; still there. */
  record Stopping() implements Phase {}

  /** Nothing runs; address and id range stay set aside until the placement is dropped. */
  record Stopped() implements Phase {}
}

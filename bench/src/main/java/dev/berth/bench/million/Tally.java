package dev.berth.bench.million;

import java.util.concurrent.atomic.LongAdder;

/** What all simulated agents together have been told and have done. Thread-safe. */
final class Tally {
  /** Streams with a full desired state. */
  final LongAdder linked = new LongAdder();

  /** Placements that run. */
  final LongAdder running = new LongAdder();

  /** Orders to run what did not run. */
  final LongAdder starts = new LongAdder();

  /** Orders to stop what ran, or to forget it. */
  final LongAdder stops = new LongAdder();

  /** Orders messages received, full states and deltas. */
  final LongAdder messages = new LongAdder();

  final LongAdder redials = new LongAdder();

  /** Messages that broke the contract. */
  final LongAdder complaints = new LongAdder();

  String words() {
    return "linked=%d running=%d starts=%d stops=%d messages=%d redials=%d complaints=%d"
        .formatted(
            linked.sum(),
            running.sum(),
            starts.sum(),
            stops.sum(),
            messages.sum(),
            redials.sum(),
            complaints.sum());
  }
}

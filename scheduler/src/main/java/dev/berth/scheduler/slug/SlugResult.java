package dev.berth.scheduler.slug;

import dev.berth.scheduler.state.Outcome;

/** What became of a tar. */
public sealed interface SlugResult {
  record Built(SlugManifest manifest) implements SlugResult {}

  /** Nothing was kept. */
  record Rejected(Outcome.Refused refusal) implements SlugResult {}
}

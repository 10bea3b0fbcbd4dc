package dev.berth.scheduler.api;

import dev.berth.scheduler.state.Outcome;

/** What an accepted command made, as the kind that its sender knows it to be. */
final class Results {
  private Results() {}

  static <R extends Outcome.Result> R as(Class<R> kind, Outcome.Result result) {
    if (!kind.isInstance(result)) {
      throw new IllegalStateException(
          "the loop answered with %s where %s belongs"
              .formatted(result.getClass().getSimpleName(), kind.getSimpleName()));
    }
    return kind.cast(result);
  }
}

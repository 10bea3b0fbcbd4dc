package dev.berth.scheduler.control;

import dev.berth.scheduler.state.Outcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What one pass of the loop came to; nothing of it leaves the process before it is committed. */
record Pass(Published published, List<Answer> answers) {
  /** An answer that waits for the commit. */
  record Answer(CompletableFuture<Outcome> to, Outcome outcome) {}

  Pass {
    answers = List.copyOf(answers);
  }

  boolean isDurable() {
    return !published.changes().isEmpty();
  }

  boolean isNothing() {
    return published.changes().isEmpty()
        && answers.isEmpty()
        && published.before().isSameAs(published.after());
  }
}

package dev.berth.scheduler.control;

import dev.berth.scheduler.state.Caller;
import dev.berth.scheduler.state.Command;
import dev.berth.scheduler.state.Event;
import dev.berth.scheduler.state.Mutation;
import dev.berth.scheduler.state.Outcome;
import java.util.concurrent.CompletableFuture;

/** What the loop's queue holds. */
sealed interface Input {
  /** A command; its answer is completed after the commit. */
  record Ask(Command command, Caller caller, Mutation mutation, CompletableFuture<Outcome> answer)
      implements Input {}

  record News(Event event) implements Input {}
}

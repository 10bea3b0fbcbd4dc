package dev.berth.scheduler.store;

import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.state.HistoryEvent;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where the durable state is kept during one term of leadership.
 *
 * <p>Batches are written in the order in which they were given; several may be on their way. Once
 * one fails, all later ones fail too. Called by the control loop only.
 */
public interface Store {
  /** The number of this term; higher than that of any term before. */
  long epoch();

  /** The state as it was when the term began, with the history that is kept. */
  Loaded load();

  /** A state in its stored form, with what only a later version of Berth has stored and knows. */
  default StateImage image(Loaded state) {
    return StateImage.of(state);
  }

  /** Completes when the batch is durable; exceptionally when it may not be, or is fenced. */
  CompletionStage<@Nullable Void> commit(Batch batch);

  /** What a new leader finds. */
  record Loaded(ClusterState state, List<HistoryEvent> history) {
    public Loaded {
      history = List.copyOf(history);
    }
  }
}

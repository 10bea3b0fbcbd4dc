package dev.berth.scheduler.store;

import dev.berth.scheduler.state.Change;
import dev.berth.scheduler.state.ClusterState;
import java.util.List;

/**
 * What one pass changed, to be kept as a whole or not at all.
 *
 * <p>{@code after} is the state that the changes led to: things that are stored together are
 * written from it.
 */
public record Batch(List<Change> changes, ClusterState after) {
  public Batch {
    changes = List.copyOf(changes);
  }
}

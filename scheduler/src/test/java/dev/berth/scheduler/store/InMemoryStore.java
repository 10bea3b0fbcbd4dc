package dev.berth.scheduler.store;

import dev.berth.scheduler.state.ClusterState;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A store that keeps batches in memory; commits can be held back, or fail. */
public final class InMemoryStore implements Store {
  private final long epoch;
  private final Loaded loaded;
  private final Deque<CompletableFuture<@Nullable Void>> held = new ArrayDeque<>();
  private final CompletableFuture<@Nullable Void> firstHeld = new CompletableFuture<>();
  private ClusterState state;
  private boolean isHolding;
  private boolean isFenced;

  public InMemoryStore(long epoch, Loaded loaded) {
    this.epoch = epoch;
    this.loaded = loaded;
    this.state = loaded.state();
  }

  public static InMemoryStore empty() {
    return new InMemoryStore(1, new Loaded(ClusterState.empty(), List.of()));
  }

  @Override
  public long epoch() {
    return epoch;
  }

  @Override
  public Loaded load() {
    return loaded;
  }

  @Override
  public synchronized CompletionStage<@Nullable Void> commit(Batch batch) {
    if (isFenced) {
      return CompletableFuture.failedFuture(
          new FencedException("fenced", new IllegalStateException()));
    }
    state = state.after(batch.changes());
    var commit = new CompletableFuture<@Nullable Void>();
    if (isHolding) {
      held.add(commit);
      firstHeld.complete(null);
    } else {
      commit.complete(null);
    }
    return commit;
  }

  public synchronized void hold() {
    isHolding = true;
  }

  /** Completes once a commit is held back. */
  public CompletableFuture<@Nullable Void> held() {
    return firstHeld;
  }

  public synchronized void release() {
    isHolding = false;
    held.forEach(commit -> commit.complete(null));
    held.clear();
  }

  public synchronized void fence() {
    isFenced = true;
  }

  public synchronized ClusterState state() {
    return state;
  }
}

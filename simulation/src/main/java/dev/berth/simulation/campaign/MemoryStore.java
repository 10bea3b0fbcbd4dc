package dev.berth.simulation.campaign;

import dev.berth.scheduler.state.ClusterState;
import dev.berth.scheduler.store.Batch;
import dev.berth.scheduler.store.Store;
import dev.berth.simulation.world.World;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A store that never fails: each batch is durable after a moment, in order, and is checked before
 * it is. Confined to the world's thread.
 */
final class MemoryStore implements Store {
  private final World world;
  private final RandomGenerator random;
  private final Ledger ledger;
  private ClusterState state;
  private long lastDue;

  MemoryStore(World world, RandomGenerator random, ClusterState state, Ledger ledger) {
    this.world = world;
    this.random = random;
    this.state = state;
    this.ledger = ledger;
  }

  @Override
  public long epoch() {
    return 1;
  }

  @Override
  public Loaded load() {
    return new Loaded(state, List.of());
  }

  @Override
  public CompletionStage<@Nullable Void> commit(Batch batch) {
    ledger.committed(state, batch.changes(), batch.after());
    state = batch.after();
    var done = new CompletableFuture<@Nullable Void>();
    lastDue = Math.max(lastDue, world.now() + random.nextLong(3_000, 20_000));
    world.after(lastDue - world.now(), "stored", () -> done.complete(null));
    return done;
  }
}

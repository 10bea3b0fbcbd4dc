package dev.berth.scheduler.metrics;

import dev.berth.scheduler.store.Batch;
import dev.berth.scheduler.store.Election;
import dev.berth.scheduler.store.StateImage;
import dev.berth.scheduler.store.Store;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** An election whose stores tell how many commits there were and how long each took. */
public final class MeasuredElection implements Election {
  private final Election election;
  private final MeterRegistry registry;
  private final Timer commits;
  private final Timer takeovers;
  private final Counter changes;
  private final Counter failures;

  public MeasuredElection(Election election, MeterRegistry registry) {
    this.election = election;
    this.registry = registry;
    this.commits =
        Timer.builder("berth.scheduler.commit")
            .description("From a finished pass to its commit on ZooKeeper")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofNanos(100_000))
            .maximumExpectedValue(Duration.ofSeconds(10))
            .register(registry);
    this.takeovers =
        Timer.builder("berth.scheduler.takeover")
            .description("From being elected to having all that is committed")
            .register(registry);
    this.changes = registry.counter("berth.scheduler.changes");
    this.failures = registry.counter("berth.scheduler.commit.failures");
  }

  @Override
  public Office await() throws InterruptedException {
    Office office = election.await();
    return new Office() {
      @Override
      public Store open() throws InterruptedException {
        Timer.Sample began = Timer.start(registry);
        Store store = office.open();
        began.stop(takeovers);
        return new MeasuredStore(store);
      }

      @Override
      public long replace(StateImage state, long epoch) throws InterruptedException {
        return office.replace(state, epoch);
      }

      @Override
      public void whenLost(Runnable callback) {
        office.whenLost(callback);
      }

      @Override
      public void close() {
        office.close();
      }
    };
  }

  @Override
  public Optional<String> leaderAddress() {
    return election.leaderAddress();
  }

  private final class MeasuredStore implements Store {
    private final Store store;

    MeasuredStore(Store store) {
      this.store = store;
    }

    @Override
    public long epoch() {
      return store.epoch();
    }

    @Override
    public Loaded load() {
      return store.load();
    }

    @Override
    public StateImage image(Loaded state) {
      return store.image(state);
    }

    @Override
    public CompletionStage<@Nullable Void> commit(Batch batch) {
      Timer.Sample began = Timer.start(registry);
      changes.increment(batch.changes().size());
      return store
          .commit(batch)
          .whenComplete((_, failure) -> {
            began.stop(commits);
            if (failure != null) {
              failures.increment();
            }
          });
    }
  }
}

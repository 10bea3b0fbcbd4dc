package dev.berth.scheduler.control;

import dev.berth.scheduler.placement.Placer;
import dev.berth.scheduler.rollout.Timers;
import dev.berth.scheduler.state.ClusterSettings;
import dev.berth.scheduler.store.Election;
import dev.berth.scheduler.store.Election.Office;
import dev.berth.scheduler.store.FencedException;
import dev.berth.scheduler.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands for election, leads while it may, and stands again.
 *
 * <p>Each term begins from what is committed; nothing of an earlier one is used. Thread-safe.
 */
public final class Terms implements Leadership, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Terms.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Election election;
  private final Rules rules;
  private final Thread thread;
  private final Object followersLock = new Object();
  private final List<Follower> followers = new ArrayList<>();
  private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
  private @Nullable ControlLoop leading;

  /** What is the same in every term. */
  public record Rules(
      ClusterSettings settings, Timers timers, Placer placer, InstantSource clock) {}

  public Terms(Election election, Rules rules) {
    this.election = election;
    this.rules = rules;
    this.thread = Thread.ofPlatform().name("leadership").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** Completes when this process can stand for election no more; it should end. */
  public CompletionStage<Throwable> failed() {
    return failed.minimalCompletionStage();
  }

  @Override
  public Optional<Control> leading() {
    synchronized (followersLock) {
      return Optional.ofNullable(leading);
    }
  }

  @Override
  public Optional<String> leaderAddress() {
    return election.leaderAddress();
  }

  @Override
  public Subscription follow(Follower follower) {
    ControlLoop now;
    synchronized (followersLock) {
      followers.add(follower);
      now = leading;
    }
    if (now != null) {
      follower.began(now);
    }
    return () -> {
      synchronized (followersLock) {
        followers.remove(follower);
      }
    };
  }

  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try (Office office = election.await()) {
          serve(office);
        } catch (FencedException failure) {
          log.warn("leadership was lost at its very beginning", failure);
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error fault) {
      log.error("this process can lead no more", fault);
      failed.complete(fault);
    }
  }

  private void serve(Office office) throws InterruptedException {
    Instant elected = rules.clock().instant();
    Store store = office.open();
    var term = new Term(store.epoch(), rules.clock().instant(), rules.settings(), rules.timers());
    try (var loop = new ControlLoop(term, store, store.load(), rules.placer(), rules.clock())) {
      office.whenLost(() -> loop.end(new IllegalStateException("leadership was lost")));
      loop.start();
      log.info(
          "leading in epoch {}, {} ms after the election",
          store.epoch(),
          Duration.between(elected, rules.clock().instant()).toMillis());
      change(loop);
      try {
        Throwable reason = loop.ended().toCompletableFuture().get();
        log.warn("epoch {} has ended: {}", store.epoch(), reason.toString());
      } catch (ExecutionException impossible) {
        throw new IllegalStateException(impossible);
      } finally {
        change(null);
      }
      if (loop.replacing().isPresent()) {
        replace(office, loop.replacing().get());
      }
    }
  }

  /** While nobody else has the office; the next term begins from it. */
  private static void replace(Office office, Replacing asked) throws InterruptedException {
    try {
      long epoch = office.replace(asked.state(), asked.epoch());
      log.warn("the stored state was replaced, in epoch {}", epoch);
      asked.done().complete(epoch);
    } catch (FencedException | InterruptedException failure) {
      asked.done().completeExceptionally(failure);
      throw failure;
    }
  }

  /** Followers are called outside the lock. */
  private void change(@Nullable ControlLoop now) {
    ControlLoop before;
    List<Follower> told;
    synchronized (followersLock) {
      before = leading;
      leading = now;
      told = List.copyOf(followers);
    }
    if (before != null) {
      told.forEach(follower -> follower.ended(before));
    }
    if (now != null) {
      told.forEach(follower -> follower.began(now));
    }
  }
}

package dev.berth.scheduler.control;

import dev.berth.scheduler.routes.RouteDelta;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets committed passes out, in order: snapshot, subscribers, answers.
 *
 * <p>Nothing that was not committed passes here. The queue holds at most what the loop's permits
 * allow, and the subscribers that are joining. Thread-safe; its work is done on one thread.
 */
final class Publisher {
  private static final Logger log = LoggerFactory.getLogger(Publisher.class);

  private sealed interface Delivery {
    record Passed(Pass pass, CompletionStage<@Nullable Void> commit) implements Delivery {
      @Override
      public boolean isReady() {
        return commit.toCompletableFuture().isDone();
      }
    }

    record Joined(Consumer<Published> subscriber) implements Delivery {
      @Override
      public boolean isReady() {
        return true;
      }
    }

    /** Can it be let out without waiting? */
    boolean isReady();
  }

  private final BlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();
  private final List<Consumer<Published>> subscribers = new CopyOnWriteArrayList<>();
  private final Runnable released;
  private final Consumer<Throwable> failed;
  private final Executor answering;
  private final Thread thread;
  private volatile Snapshot snapshot;
  private volatile boolean isEnded;

  /** {@code answering} must not hold up the next pass, whoever waits for the answer. */
  Publisher(Snapshot first, Runnable released, Consumer<Throwable> failed, Executor answering) {
    this.snapshot = first;
    this.released = released;
    this.failed = failed;
    this.answering = answering;
    this.thread = Thread.ofPlatform().name("control-publish").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  Snapshot snapshot() {
    return snapshot;
  }

  void publish(Pass pass, CompletionStage<@Nullable Void> commit) {
    queue.add(new Delivery.Passed(pass, commit));
    if (isEnded) {
      refuseAll();
    }
  }

  Subscription subscribe(Consumer<Published> subscriber) {
    queue.add(new Delivery.Joined(subscriber));
    return () -> {
      queue.remove(new Delivery.Joined(subscriber));
      subscribers.remove(subscriber);
    };
  }

  void end() {
    isEnded = true;
    thread.interrupt();
    if (!thread.isAlive()) {
      refuseAll();
    }
  }

  private void run() {
    try {
      while (!isEnded) {
        letOut(queue.take());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      isEnded = true;
      refuseAll();
    }
  }

  /** Lets out what need not be waited for; instead of {@link #start}. */
  void turn() {
    try {
      for (Delivery next = queue.peek();
          next != null && next.isReady() && !isEnded;
          next = queue.peek()) {
        letOut(queue.remove());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void letOut(Delivery delivery) throws InterruptedException {
    boolean isOut = false;
    try {
      deliver(delivery);
      isOut = true;
    } catch (ExecutionException failure) {
      log.warn("a commit failed; the term of leadership ends", failure.getCause());
      failed.accept(failure);
    } catch (RuntimeException | Error fault) {
      log.error("publishing failed; the term of leadership ends", fault);
      failed.accept(fault);
    } finally {
      if (!isOut) {
        isEnded = true;
        refuse(delivery);
      }
    }
  }

  private void deliver(Delivery delivery) throws InterruptedException, ExecutionException {
    switch (delivery) {
      case Delivery.Passed(Pass pass, CompletionStage<@Nullable Void> commit) -> {
        commit.toCompletableFuture().get();
        released.run();
        snapshot = pass.published().after();
        subscribers.forEach(subscriber -> subscriber.accept(pass.published()));
        pass.answers().forEach(this::complete);
      }
      case Delivery.Joined(Consumer<Published> subscriber) -> {
        subscribers.add(subscriber);
        subscriber.accept(
            new Published(
                snapshot,
                snapshot,
                List.of(),
                List.of(),
                RouteDelta.nothing(snapshot.routes().version())));
      }
    }
  }

  private void complete(Pass.Answer answer) {
    answering.execute(() -> answer.to().complete(answer.outcome()));
  }

  private void refuseAll() {
    var rest = new ArrayList<Delivery>();
    queue.drainTo(rest);
    rest.forEach(Publisher::refuse);
  }

  private static void refuse(Delivery delivery) {
    switch (delivery) {
      case Delivery.Passed(Pass pass, CompletionStage<@Nullable Void> _) ->
          pass.answers().forEach(answer -> answer.to().complete(ControlLoop.notLeading()));
      case Delivery.Joined _ -> {}
    }
  }
}

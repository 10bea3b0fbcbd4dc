package dev.berth.simulation.world;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** One thread of a process, on the world's clock. What it is given happens in order of time. */
public final class VirtualExecutor extends AbstractExecutorService
    implements ScheduledExecutorService {
  private final SimProcess process;
  private final String name;
  private final int life;
  private boolean shut;
  private long lastDue;

  public VirtualExecutor(SimProcess process, String name) {
    this.process = process;
    this.name = name;
    this.life = process.life();
  }

  @Override
  public void execute(Runnable task) {
    long now = process.world().now();
    long due = now + process.world().random(process.name()).nextLong(5, 200);
    lastDue = Math.max(lastDue, due);
    later(lastDue - now, task);
  }

  private void later(long micros, Runnable task) {
    if (shut || process.life() != life) {
      return;
    }
    process.later(
        micros,
        name,
        () -> {
          if (!shut) {
            task.run();
          }
        });
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    var future = new Planned<>(task);
    later(unit.toMicros(delay), future);
    return future;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initial, long period, TimeUnit unit) {
    var future = new Planned<>(() -> {});
    later(unit.toMicros(initial), () -> again(task, unit.toMicros(period)));
    return future;
  }

  private void again(Runnable task, long periodMicros) {
    later(periodMicros, () -> again(task, periodMicros));
    task.run();
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("nobody has needed it yet");
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initial, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("nobody has needed it yet");
  }

  @Override
  public void shutdown() {
    shut = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shut = true;
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shut;
  }

  @Override
  public boolean isTerminated() {
    return shut;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return shut;
  }

  private static final class Planned<V> extends FutureTask<V> implements ScheduledFuture<V> {
    @SuppressWarnings("NullAway") // a task without a result has null for it
    Planned(Runnable task) {
      super(task, null);
    }

    @Override
    public long getDelay(TimeUnit unit) {
      throw new UnsupportedOperationException("nobody has needed it yet");
    }

    @Override
    public int compareTo(Delayed other) {
      throw new UnsupportedOperationException("nobody has needed it yet");
    }
  }
}

package dev.berth.simulation.world;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * A process of the cluster: it can be killed, started, stopped for a while and let go on.
 *
 * <p>What is to happen in it happens while it lives and is not paused; what comes during a pause
 * happens after it, in order, as with SIGSTOP. Of an earlier life nothing is left. Confined to the
 * world's thread.
 */
public abstract class SimProcess {
  private final World world;
  private final String name;
  private final Consumer<Throwable> fault;
  private final Deque<Runnable> held = new ArrayDeque<>();
  private int life;
  private boolean alive;
  private boolean paused;
  private long clockOffset;

  protected SimProcess(World world, String name, Consumer<Throwable> fault) {
    this.world = world;
    this.name = name;
    this.fault = fault;
  }

  public final String name() {
    return name;
  }

  public final World world() {
    return world;
  }

  public final boolean isAlive() {
    return alive;
  }

  public final boolean isPaused() {
    return paused;
  }

  /** Does it answer? */
  public final boolean isUp() {
    return alive && !paused;
  }

  public final int life() {
    return life;
  }

  /** Its own clock, which is wrong by the same amount for the whole of one life. */
  public final InstantSource clock() {
    long offset = clockOffset;
    return () -> world.instant().plusMillis(offset);
  }

  /** By how much the clock of its next life is wrong, in milliseconds. */
  public final void clockOffset(long millis) {
    clockOffset = millis;
  }

  public final void start() {
    if (alive) {
      return;
    }
    alive = true;
    paused = false;
    life++;
    world.tell(name + " starts");
    run(this::begin);
  }

  /** As with kill -9. */
  public final void kill() {
    if (!alive) {
      return;
    }
    world.tell(name + " is killed");
    alive = false;
    paused = false;
    held.clear();
    died();
  }

  public final void pause() {
    if (isUp()) {
      world.tell(name + " is stopped");
      paused = true;
    }
  }

  public final void proceed() {
    if (!alive || !paused) {
      return;
    }
    world.tell(name + " goes on with " + held.size() + " things to do");
    paused = false;
    while (isUp() && !held.isEmpty()) {
      guarded(held.removeFirst());
    }
  }

  /** Something happens in the process now, or when its pause is over. */
  public final void run(Runnable action) {
    if (!alive) {
      return;
    }
    if (paused) {
      held.addLast(action);
    } else {
      guarded(action);
    }
  }

  /** The same, later; not at all when the process has died meanwhile. */
  public final void later(long micros, String what, Runnable action) {
    int mine = life;
    world.after(
        micros,
        name + " " + what,
        () -> {
          if (alive && life == mine) {
            run(action);
          }
        });
  }

  /** Production code must not throw here: whatever comes is a violation. */
  private void guarded(Runnable action) {
    try {
      action.run();
      if (alive) {
        turn();
      }
    } catch (Violation violation) {
      throw violation;
    } catch (RuntimeException | Error thrown) {
      fault.accept(thrown);
    }
  }

  /** A new life. */
  protected abstract void begin();

  /** It was killed: others may learn of it. */
  protected abstract void died();

  /** After each thing that happened in it. */
  protected abstract void turn();

  @Override
  public final String toString() {
    return name;
  }
}

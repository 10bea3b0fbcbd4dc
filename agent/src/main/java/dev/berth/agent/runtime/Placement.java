package dev.berth.agent.runtime;

import dev.berth.agent.network.Passage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one placement holds on this node: its place for as long as it is not released, and at most
 * one container.
 *
 * <p>Whoever makes or removes the container holds the lock; signals don't need it. Thread-safe.
 */
final class Placement {
  private final long id;
  private final int place;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Container container;
  private volatile int incarnation;
  private volatile Passage passage;

  Placement(long id, int place, int incarnation, Passage passage) {
    this.id = id;
    this.place = place;
    this.incarnation = incarnation;
    this.passage = passage;
  }

  long id() {
    return id;
  }

  int place() {
    return place;
  }

  ReentrantLock lock() {
    return lock;
  }

  @Nullable Container container() {
    return container;
  }

  void hold(@Nullable Container made) {
    container = made;
    if (made != null) {
      incarnation = made.entry().incarnation();
    }
  }

  Passage passage() {
    return passage;
  }

  void passes(Passage other) {
    passage = other;
  }

  int incarnation() {
    return incarnation;
  }

  void tried(int number) {
    incarnation = number;
  }
}

package dev.berth.scheduler.store;

import java.util.Optional;

/** Chooses one leader among the schedulers of a cluster. */
public interface Election {
  /** Waits until this process leads. */
  Office await() throws InterruptedException;

  /** Where another process leads, host:port, as far as was heard. */
  Optional<String> leaderAddress();

  /** Leadership while it lasts; closing gives it up. */
  interface Office extends AutoCloseable {
    /** Begins the next epoch. */
    Store open() throws InterruptedException;

    /** Makes it the stored state, in an epoch of its own: at least the one named. */
    long replace(StateImage state, long epoch) throws InterruptedException;

    /** Calls back once, from any thread, when leadership is lost or given up. */
    void whenLost(Runnable callback);

    @Override
    void close();
  }
}

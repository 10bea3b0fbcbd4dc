package dev.berth.scheduler.control;

/** Ends what it was given for. */
public interface Subscription extends AutoCloseable {
  @Override
  void close();
}

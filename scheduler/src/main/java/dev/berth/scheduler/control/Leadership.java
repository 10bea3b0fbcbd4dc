package dev.berth.scheduler.control;

import java.util.Optional;

/** Whether this process leads, and through which control. Thread-safe. */
public interface Leadership {
  /** Empty while another process leads or none does. */
  Optional<Control> leading();

  /** Tells of each term of this process; called at once if one is under way. Must not block. */
  Subscription follow(Follower follower);

  /** Who wants to know when a term begins and ends. */
  interface Follower {
    void began(Control control);

    void ended(Control control);
  }
}

package dev.berth.scheduler.control;

import java.util.Optional;

/** Whether this process leads, and through which control. Thread-safe. */
public interface Leadership {
  /** Empty while another process leads or none does. */
  Optional<Control> leading();

  /** Where another process leads, host:port, as far as is known here. */
  Optional<String> leaderAddress();

  /** Tells of each term of this process; called at once if one is under way. Must not block. */
  Subscription follow(Follower follower);

  /** Who wants to know when a term begins and ends. */
  interface Follower {
    void began(Control control);

    void ended(Control control);
  }
}

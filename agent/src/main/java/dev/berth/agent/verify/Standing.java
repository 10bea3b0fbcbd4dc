package dev.berth.agent.verify;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What stands of a node's verifications, for those who tell of it. Thread-safe. */
public interface Standing {
  /** Hears of each change from here on, after {@link #standing} shows it. */
  void onChange(Consumer<VerificationRounds.Result> heard);

  /** Nothing while the first run is not over. */
  Optional<VerificationRounds.Result> standing();

  /**
   * Runs when those before it are through. The answer says whether it was delivered; if not, who
   * listens is told instead. False when too many wait already.
   */
  boolean ask(boolean full, Predicate<VerificationRounds.Result> answer);
}

package dev.berth.scheduler.campaign;

import dev.berth.scheduler.state.App;
import dev.berth.scheduler.state.Campaign;

/** One thing to do now. */
public sealed interface Move {
  /** Puts the app on its way; {@code app} is what it should become. */
  record Forward(App app) implements Move {}

  /** Puts the app back on the version it came from. */
  record Back(App app, String reason) implements Move {}

  /** The campaign itself goes on; {@code words} are for the history, empty if not worth telling. */
  record Turn(Campaign campaign, String words) implements Move {}

  /** No release takes the version by itself any more. */
  record Withdraw(String line, int version) implements Move {}
}

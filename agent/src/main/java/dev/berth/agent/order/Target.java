package dev.berth.agent.order;

/** What should become of a placement that is known. */
public enum Target {
  /** Runs, and is started again when it ends. */
  RUN,
  /** Ends and stays ended; its address stays set aside. */
  STOP
}

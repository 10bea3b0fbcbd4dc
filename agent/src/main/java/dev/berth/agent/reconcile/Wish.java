package dev.berth.agent.reconcile;

/** What is wanted of a placement that the node knows. */
public enum Wish {
  /** It runs. */
  RUN,
  /** It is ended, and its address stays set aside. */
  STOP,
  /** It is ended and forgotten. */
  DROP,
  /** No scheduler has ever spoken here: whatever is, stays. */
  UNKNOWN
}

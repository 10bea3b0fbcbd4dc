package dev.berth.agent.reconcile;

/** What is asked of the host next, for one placement. */
public sealed interface Step {

  /** Take away what is left of the incarnation before, then make and start this one. */
  record Start(int incarnation) implements Step {}

  /** SIGTERM. */
  record Terminate() implements Step {}

  /** SIGKILL to all of its processes. */
  record Kill() implements Step {}

  /** Take its container away and keep its address. */
  record Discard() implements Step {}

  /** Take its container away, give its address back and forget it. */
  record Release() implements Step {}
}

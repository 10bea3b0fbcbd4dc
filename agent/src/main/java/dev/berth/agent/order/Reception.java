package dev.berth.agent.order;

/** What becomes of a word of the scheduler. */
public sealed interface Reception {

  /** It is newer and fits; these are the orders now. */
  record Accepted(Orders orders) implements Reception {}

  /** It says nothing new and changes nothing. */
  record Repeated() implements Reception {}

  /** It must not be obeyed; the link is to be made anew. */
  record Refused(String reason) implements Reception {}
}

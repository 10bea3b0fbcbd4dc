package dev.berth.scheduler.state;

/** Accompanies every command; see Mutation in the public API. */
public record Mutation(String idempotencyKey, long expectedVersion, String reason) {
  public static final Mutation NONE = new Mutation("", 0, "");
}

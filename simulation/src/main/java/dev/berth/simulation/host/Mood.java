package dev.berth.simulation.host;

/**
 * What is wrong with a node's host at the moment. Written by faults, read by the host.
 *
 * @param slowness each thing takes so many times as long
 * @param failures the share of starts that fail
 * @param hangs the share of containers that ignore SIGTERM
 * @param unwritable whether the agent's state directory takes no writes
 */
public record Mood(int slowness, double failures, double hangs, boolean unwritable) {
  public static final Mood WELL = new Mood(1, 0, 0.05, false);

  public Mood slow(int factor) {
    return new Mood(factor, failures, hangs, unwritable);
  }

  public Mood failing(double share) {
    return new Mood(slowness, share, hangs, unwritable);
  }

  public Mood hanging(double share) {
    return new Mood(slowness, failures, share, unwritable);
  }

  public Mood unwritable(boolean now) {
    return new Mood(slowness, failures, hangs, now);
  }
}

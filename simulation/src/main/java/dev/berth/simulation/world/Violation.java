package dev.berth.simulation.world;

/** An invariant that does not hold; ends the run. */
public final class Violation extends RuntimeException {
  private final String invariant;

  public Violation(String invariant, String message) {
    super(invariant + ": " + message);
    this.invariant = invariant;
  }

  public Violation(String invariant, Throwable cause) {
    super(invariant + ": " + cause, cause);
    this.invariant = invariant;
  }

  /** Which one. */
  public String invariant() {
    return invariant;
  }
}

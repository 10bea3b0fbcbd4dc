package dev.berth.agent.order;

/** The rates of the instance's size, as ordered; units as in {@code runtime.Rates}. */
public record Rates(
    int ioWeight, int ioMibPerSecond, int networkMbits, int logKibPerSecond, int connections) {

  /** For orders of a scheduler that says no rates. */
  public static final Rates UNSAID = new Rates(100, 128, 500, 1024, 4096);
}

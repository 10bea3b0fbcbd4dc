package dev.berth.agent.runtime;

/**
 * The limits of one instance that are rates, or protect what instances share.
 *
 * @param ioWeight share of the backing disk when it is contended, 10 to 1000
 * @param ioMibPerSecond reads and writes, each, of the backing disk
 * @param networkMbits to and from the instance, each, in 1,000,000 bits a second
 * @param logKibPerSecond output beyond it is dropped and counted
 * @param connections tracked by the node at a time
 */
public record Rates(
    int ioWeight, int ioMibPerSecond, int networkMbits, int logKibPerSecond, int connections) {

  public static final Rates DEFAULT = new Rates(100, 128, 500, 1024, 4096);

  public Rates {
    Limits.between("io weight", ioWeight, 10, 1000);
    Limits.between("io, MiB/s", ioMibPerSecond, 1, 100_000);
    Limits.between("network, Mbit/s", networkMbits, 1, 100_000);
    Limits.between("log, KiB/s", logKibPerSecond, 1, 1_000_000);
    Limits.between("connections", connections, 8, 10_000_000);
  }
}

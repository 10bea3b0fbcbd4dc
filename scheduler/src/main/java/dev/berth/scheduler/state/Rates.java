package dev.berth.scheduler.state;

/**
 * The limits of a size that are rates, or protect what instances share.
 *
 * @param ioWeight share of the disk when it is contended, 10 to 1000
 * @param ioMibPerSecond reads and writes, each
 * @param networkMbits to and from the instance, each
 * @param logKibPerSecond output beyond it is dropped and counted
 * @param connections tracked at a time
 */
public record Rates(
    int ioWeight, int ioMibPerSecond, int networkMbits, int logKibPerSecond, int connections) {}

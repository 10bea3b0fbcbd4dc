package dev.berth.scheduler.base;

/**
 * How much a base image may hold.
 *
 * @param entries files, directories and links
 * @param bytes of all files, unpacked
 */
record BaseLimits(long entries, long bytes) {
  static final BaseLimits DEFAULT = new BaseLimits(1_000_000, 32L << 30);
}

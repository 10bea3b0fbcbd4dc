package dev.berth.agent.image;

/**
 * The 65,536 host ids of one instance: id n inside is {@code first + n} on the host.
 *
 * <p>No two instances of a host share one; it is freed together with the instance's address.
 */
public record IdRange(long first) {
  public static final int SIZE = 65_536;

  /** The unprivileged user that runs a tenant's processes. */
  public static final int APP_USER = 1000;

  public IdRange {
    if (first < SIZE || first % SIZE != 0 || first + SIZE > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException(
          "an id range starts at a multiple of 65536 below 2^32 and not at 0, not at " + first);
    }
  }

  /** Whether a host id is one of these. */
  public boolean holds(long id) {
    return id >= first && id < first + SIZE;
  }

  public long host(int inside) {
    return first + inside;
  }
}

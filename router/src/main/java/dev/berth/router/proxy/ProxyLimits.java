package dev.berth.router.proxy;

/** What a client may ask of the router at most. */
public record ProxyLimits(
    int lineBytes,
    int headBytes,
    int headers,
    int clientConnections,
    int idlePerRoute,
    int heldRequests) {
  public static final ProxyLimits DEFAULTS =
      new ProxyLimits(8 * 1024, 64 * 1024, 100, 10_000, 256, 256);
}

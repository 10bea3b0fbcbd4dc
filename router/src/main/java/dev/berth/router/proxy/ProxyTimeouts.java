package dev.berth.router.proxy;

import java.time.Duration;

/**
 * How long the router waits, and for what.
 *
 * @param head from the first byte of a request's head to its last
 * @param clientIdle for the next request on a kept connection
 * @param connect for a connection to an instance
 * @param firstByte from the end of the request to the first byte of the answer
 * @param idle between two bytes of a request or an answer that has begun
 * @param tunnelIdle between two bytes of a WebSocket
 * @param upstreamIdle how long an unused connection to an instance is kept
 * @param hold how long a request waits for an app whose instances are starting or all refuse
 * @param drain for requests in flight when the router stops
 */
public record ProxyTimeouts(
    Duration head,
    Duration clientIdle,
    Duration connect,
    Duration firstByte,
    Duration idle,
    Duration tunnelIdle,
    Duration upstreamIdle,
    Duration hold,
    Duration drain) {
  public static final ProxyTimeouts DEFAULTS =
      new ProxyTimeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofSeconds(55),
          Duration.ofMinutes(10),
          Duration.ofSeconds(4),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10));
}

package dev.berth.router.feed;

import dev.berth.leader.Dial;
import java.time.Duration;

/**
 * Who this router is to the scheduler, and how patient it is.
 *
 * @param reachWithin a scheduler to which there is no connection by then is left for the next; a
 *     machine that stands still takes connections and leaves them alone
 */
public record FeedSettings(
    String routerName,
    Duration beat,
    Duration reachWithin,
    Duration firstBackoff,
    Duration maxBackoff) {
  public static FeedSettings of(String routerName) {
    return new FeedSettings(
        routerName,
        Duration.ofSeconds(3),
        Dial.CONNECT,
        Duration.ofMillis(50),
        Duration.ofSeconds(2));
  }
}

package dev.berth.router.feed;

import java.time.Duration;

/** Who this router is to the scheduler, and how patient it is. */
public record FeedSettings(
    String routerName, Duration beat, Duration firstBackoff, Duration maxBackoff) {
  public static FeedSettings of(String routerName) {
    return new FeedSettings(
        routerName, Duration.ofSeconds(3), Duration.ofMillis(50), Duration.ofSeconds(2));
  }
}

package dev.berth.router.feed;

/**
 * The table in force and how fresh it is.
 *
 * @param heardNanos when the scheduler was last known to agree with it
 */
public record FeedState(
    long epoch,
    long version,
    int hosts,
    int pools,
    int routes,
    boolean connected,
    long heardNanos) {}

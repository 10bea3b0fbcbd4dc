package dev.berth.scheduler.state;

import java.time.Instant;

/** One numbered version of a base line. */
public record BaseVersion(
    int number, Digest digest, long bytes, Instant publishedAt, String notes) {}

package dev.berth.agent.reconcile;

import java.time.Instant;

/**
 * How an incarnation ended.
 *
 * @param code 128 + N when signal N ended it
 * @param message in words for the tenant
 */
public record Exit(Cause cause, int code, Instant at, String message) {}

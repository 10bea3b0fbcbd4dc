package dev.berth.agent.runtime;

import dev.berth.agent.oom.MemoryKills;

/**
 * How one incarnation ended.
 *
 * @param exitCode 128 + N when signal N ended it
 * @param memory what the kernel killed in it for want of memory
 * @param pidsLimitHits how often a fork was refused because of the pids limit
 * @param detail plain words for the tenant
 */
public record Ended(
    long placementId,
    int incarnation,
    int exitCode,
    MemoryKills memory,
    long pidsLimitHits,
    String detail) {}
